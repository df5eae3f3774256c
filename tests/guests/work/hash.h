/* SHA-256 (FIPS 180-4) and CRC-32 of the same 64 KiB. */
#ifndef HASH_H
#define HASH_H

#include <stdint.h>

#define HASH_BYTES 65536UL

static uint32_t sha256_constants[64], sha256_start[8];

/* The first 32 bits of the fraction of a root of `number`: square root 2, cube root 3. */
static uint32_t hash_root_fraction(uint64_t number, int power) {
  /* root^power is compared with number * 2^(32 * power), which is below 2^117. */
  unsigned __int128 wide = number, scaled = power == 2 ? wide << 64 : wide << 96;
  uint64_t root = 0;
  for (int bit = 36; bit >= 0; bit--) {
    uint64_t next = root | 1UL << bit;
    unsigned __int128 square = (unsigned __int128)next * next;
    if ((power == 2 ? square : square * next) <= scaled) root = next;
  }
  return (uint32_t)root;
}

static void sha256_prepare(void) {
  int count = 0;
  for (uint64_t number = 2; count < 64; number++) {
    int is_prime = 1;
    for (uint64_t divisor = 2; divisor * divisor <= number; divisor++) {
      if (number % divisor == 0) is_prime = 0;
    }
    if (!is_prime) continue;
    if (count < 8) sha256_start[count] = hash_root_fraction(number, 2);
    sha256_constants[count++] = hash_root_fraction(number, 3);
  }
}

static uint32_t hash_turn(uint32_t word, int by) { return word >> by | word << (32 - by); }

static void sha256_block(uint32_t state[8], const uint8_t *block) {
  uint32_t w[64];
  for (int i = 0; i < 16; i++, block += 4) {
    w[i] = (uint32_t)block[0] << 24 | (uint32_t)block[1] << 16 | (uint32_t)block[2] << 8 | block[3];
  }
  for (int i = 16; i < 64; i++) {
    uint32_t a = w[i - 15], b = w[i - 2];
    w[i] = w[i - 16] + w[i - 7] + (hash_turn(a, 7) ^ hash_turn(a, 18) ^ a >> 3) +
           (hash_turn(b, 17) ^ hash_turn(b, 19) ^ b >> 10);
  }
  uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
  uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
  for (int i = 0; i < 64; i++) {
    uint32_t one = h + (hash_turn(e, 6) ^ hash_turn(e, 11) ^ hash_turn(e, 25)) +
                   ((e & f) ^ (~e & g)) + sha256_constants[i] + w[i];
    uint32_t two = (hash_turn(a, 2) ^ hash_turn(a, 13) ^ hash_turn(a, 22)) +
                   ((a & b) ^ (a & c) ^ (b & c));
    h = g, g = f, f = e, e = d + one;
    d = c, c = b, b = a, a = one + two;
  }
  state[0] += a, state[1] += b, state[2] += c, state[3] += d;
  state[4] += e, state[5] += f, state[6] += g, state[7] += h;
}

static uint32_t crc32_table[256];

static void crc32_prepare(void) {
  for (uint32_t i = 0; i < 256; i++) {
    uint32_t value = i;
    for (int bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ value >> 1 : value >> 1;
    crc32_table[i] = value;
  }
}

static uint32_t crc32(uint32_t crc, const uint8_t *bytes, uint64_t count) {
  crc = ~crc;
  while (count-- > 0) crc = crc32_table[(crc ^ *bytes++) & 255] ^ crc >> 8;
  return ~crc;
}

/* `bytes` has HASH_BYTES places. High half: of the SHA-256 state; low half: the CRC. */
static uint64_t hash_work(uint64_t rounds, uint8_t *bytes) {
  uint32_t state[8], crc = 0;
  sha256_prepare();
  crc32_prepare();
  for (int i = 0; i < 8; i++) state[i] = sha256_start[i];
  for (uint64_t i = 0; i < HASH_BYTES; i++) bytes[i] = (uint8_t)(i * 7 + (i >> 8));
  for (uint64_t round = 0; round < rounds; round++) {
    for (uint64_t at = 0; at < HASH_BYTES; at += 64) sha256_block(state, bytes + at);
    crc = crc32(crc, bytes, HASH_BYTES);
  }
  return (uint64_t)state[0] << 32 | crc;
}

#endif
