/* Functions that call themselves: Fibonacci's numbers and Takeuchi's function. */
#ifndef CALLS_H
#define CALLS_H

#include <stdint.h>

__attribute__((noinline, noclone)) static uint64_t fibonacci(uint64_t n) {
  return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

__attribute__((noinline, noclone)) static int64_t takeuchi(int64_t x, int64_t y, int64_t z) {
  if (y >= x) return z;
  return takeuchi(takeuchi(x - 1, y, z), takeuchi(y - 1, z, x), takeuchi(z - 1, x, y));
}

static uint64_t calls_work(uint64_t rounds) {
  uint64_t sum = 0;
  for (uint64_t round = 0; round < rounds; round++) {
    sum = sum * 31 + fibonacci(24 + (round & 1)) + (uint64_t)takeuchi(12, 8, 4);
  }
  return sum;
}

#endif
