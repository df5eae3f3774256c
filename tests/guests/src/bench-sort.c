/* Benchmark: Shell's sort and quicksort. */
#include "runtime.h"
#include "sort.h"

#define ROUNDS 120

int main(void) {
  print("sort: begin\n");
  print("sort: end, %x\n", sort_work(ROUNDS, (int32_t *)free_memory));
  return 0;
}
