/* Dependent loads: each line of memory says where the next one is. */
#ifndef CHASE_H
#define CHASE_H

#include <stdint.h>

struct chase_line { struct chase_line *next; uint64_t rest[7]; };

/*
 * One cycle through all lines, whose number is a power of two: a congruential generator of full
 * period, which needs one pass where a shuffle would need several.
 */
static void chase_prepare(struct chase_line *lines, uint64_t count) {
  for (uint64_t i = 0; i < count; i++) {
    lines[i].next = &lines[(i * 0x5851f42d4c957f2d + 0x14057b7ef767814f) & (count - 1)];
  }
}

static uint64_t chase_work(const struct chase_line *lines, uint64_t steps) {
  const struct chase_line *at = lines;
  for (uint64_t step = 0; step < steps; step++) at = at->next;
  return (uint64_t)(at - lines);
}

#endif
