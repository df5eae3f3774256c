/* Benchmark: the sieve of Eratosthenes over bytes. */
#include "runtime.h"

#define LIMIT (1UL << 20)
#define ROUNDS 40

int main(void) {
  uint8_t *composite = (uint8_t *)free_memory;
  uint64_t primes = 0;
  print("sieve: begin\n");
  for (int round = 0; round < ROUNDS; round++) {
    primes = 0;
    for (uint64_t i = 0; i < LIMIT; i++) composite[i] = 0;
    for (uint64_t i = 2; i < LIMIT; i++) {
      if (composite[i]) continue;
      primes++;
      for (uint64_t multiple = i * i; multiple < LIMIT; multiple += i) composite[multiple] = 1;
    }
  }
  print("sieve: end, %u primes below %u\n", primes, LIMIT);
  return 0;
}
