/* Benchmark: dependent loads over 8 MiB in random order, then copies of 1 MiB. */
#include "copy.h"
#include "runtime.h"

#define LINES (8UL * 1024 * 1024 / 64)
#define STEPS 8000000UL
#define COPIES 2500

struct line { struct line *next; uint64_t number; uint64_t rest[6]; };

int main(void) {
  struct line *lines = (struct line *)free_memory;
  uint64_t seed = 88172645463325252;
  for (uint64_t i = 0; i < LINES; i++) lines[i].number = i;
  /* One cycle through all lines: Sattolo's shuffle of the numbers, then links. */
  for (uint64_t i = LINES - 1; i > 0; i--) {
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    uint64_t j = seed % i, number = lines[i].number;
    lines[i].number = lines[j].number;
    lines[j].number = number;
  }
  for (uint64_t i = 0; i < LINES; i++) lines[i].next = &lines[lines[i].number];

  print("memory walk: begin\n");
  const struct line *at = lines;
  for (uint64_t step = 0; step < STEPS; step++) at = at->next;
  print("memory walk: end at line %u\n", (uint64_t)(at - lines));

  print("memory copy: begin\n");
  uint64_t last = copy_work(COPIES, lines);
  print("memory copy: end, %x\n", last & 0xffff);
  return 0;
}
