/* Benchmark: dependent loads over 8 MiB in random order, then copies of 1 MiB. */
#include "runtime.h"

#define LINES (8UL * 1024 * 1024 / 64)
#define STEPS 20000000UL
#define COPY_BYTES (1024UL * 1024)
#define COPIES 400

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
  volatile uint64_t *from = (uint64_t *)lines, *to = from + COPY_BYTES / 8 + 512;
  for (int copy = 0; copy < COPIES; copy++) {
    for (uint64_t i = 0; i < COPY_BYTES / 8; i += 4) {
      uint64_t a = from[i], b = from[i + 1], c = from[i + 2], d = from[i + 3];
      to[i] = a;
      to[i + 1] = b;
      to[i + 2] = c;
      to[i + 3] = d;
    }
  }
  print("memory copy: end, %x\n", to[COPY_BYTES / 8 - 1] & 0xffff);
  return 0;
}
