/* The sieve of Eratosthenes over bytes. */
#ifndef SIEVE_H
#define SIEVE_H

#include <stdint.h>

#define SIEVE_LIMIT (1UL << 20)

/* `composite` has SIEVE_LIMIT bytes. Returns the number of primes below the limit. */
static uint64_t sieve_work(uint64_t rounds, uint8_t *composite) {
  uint64_t primes = 0;
  for (uint64_t round = 0; round < rounds; round++) {
    primes = 0;
    for (uint64_t i = 0; i < SIEVE_LIMIT; i++) composite[i] = 0;
    for (uint64_t i = 2; i < SIEVE_LIMIT; i++) {
      if (composite[i]) continue;
      primes++;
      for (uint64_t multiple = i * i; multiple < SIEVE_LIMIT; multiple += i) {
        composite[multiple] = 1;
      }
    }
  }
  return primes;
}

#endif
