/* Benchmark: dependent loads over 64 MiB, far more than any table of translations holds. */
#include "chase.h"
#include "runtime.h"

#define LINES (64UL * 1024 * 1024 / sizeof(struct chase_line))
#define STEPS 3000000UL

int main(void) {
  struct chase_line *lines = (struct chase_line *)free_memory;
  chase_prepare(lines, LINES);
  print("dependent loads: begin\n");
  print("dependent loads: end at line %u\n", chase_work(lines, STEPS));
  return 0;
}
