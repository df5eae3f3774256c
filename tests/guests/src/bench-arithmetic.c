/* Benchmark: integer arithmetic of every kind. */
#include "arithmetic.h"
#include "runtime.h"

#define ROUNDS 30000000UL

int main(void) {
  print("arithmetic: begin\n");
  print("arithmetic: end, %x\n", arithmetic_work(ROUNDS));
  return 0;
}
