/* Integer arithmetic of every kind: shifts, products, quotients, 32-bit words, branches on data. */
#ifndef ARITHMETIC_H
#define ARITHMETIC_H

#include <stdint.h>

static uint64_t arithmetic_work(uint64_t rounds) {
  uint64_t state = 88172645463325252, factor = 0x9e3779b97f4a7c15, sum = 0;
  for (uint64_t i = 0; i < rounds; i++) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    sum += (uint64_t)((unsigned __int128)state * factor >> 64);
    if ((i & 3) == 0) sum += state % (state >> 40 | 1);
    int32_t word = (int32_t)state;
    word = word * 31 + (word >> 3);
    uint32_t turned = (uint32_t)word << 7 | (uint32_t)word >> 25;
    if (word < 0) {
      sum ^= turned;
    } else if (sum & 4) {
      factor += 2 * i;
    } else {
      sum -= (uint8_t)turned;
    }
  }
  return sum;
}

#endif
