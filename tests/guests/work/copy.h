/* Copies of 1 MiB, 32 bytes at a time. */
#ifndef COPY_H
#define COPY_H

#include <stdint.h>

#define COPY_BYTES (1024UL * 1024)
/* What `memory` needs: both buffers, and a page so that they do not lie alike in caches. */
#define COPY_ROOM (2 * COPY_BYTES + 4096)

static uint64_t copy_work(uint64_t rounds, void *memory) {
  volatile uint64_t *from = memory, *to = from + COPY_BYTES / 8 + 512;
  for (uint64_t round = 0; round < rounds; round++) {
    for (uint64_t i = 0; i < COPY_BYTES / 8; i += 4) {
      uint64_t a = from[i], b = from[i + 1], c = from[i + 2], d = from[i + 3];
      to[i] = a;
      to[i + 1] = b;
      to[i + 2] = c;
      to[i + 3] = d;
    }
  }
  return to[COPY_BYTES / 8 - 1];
}

#endif
