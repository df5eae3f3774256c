/* Benchmark: an interpreter of byte code, by switch and by table of functions. */
#include "indirect.h"
#include "runtime.h"

#define LAST_START 10000

int main(void) {
  print("indirect calls: begin\n");
  print("indirect calls: end, %u steps\n", indirect_work(LAST_START));
  return 0;
}
