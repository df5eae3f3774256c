/* Benchmark: the sieve of Eratosthenes over bytes. */
#include "runtime.h"
#include "sieve.h"

#define ROUNDS 80

int main(void) {
  print("sieve: begin\n");
  uint64_t primes = sieve_work(ROUNDS, (uint8_t *)free_memory);
  print("sieve: end, %u primes below %u\n", primes, SIEVE_LIMIT);
  return 0;
}
