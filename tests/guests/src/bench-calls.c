/* Benchmark: functions that call themselves. */
#include "calls.h"
#include "runtime.h"

#define ROUNDS 400

int main(void) {
  print("calls: begin\n");
  print("calls: end, %x\n", calls_work(ROUNDS));
  return 0;
}
