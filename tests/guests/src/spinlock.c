/*
 * Two harts count together: under a lock made of amoswap, by amoadd, and by lr and sc. A lost update
 * would show in the sums.
 */
#include "runtime.h"

#define ROUNDS 30000U

static volatile uint32_t lock, other_is_done;
static volatile uint64_t locked, added, reserved, inside;

static void acquire(void) {
  uint32_t taken;
  do {
    __asm__ volatile("amoswap.w.aq %0, %1, (%2)" : "=r"(taken) : "r"(1), "r"(&lock) : "memory");
  } while (taken != 0);
}

static void release(void) {
  __asm__ volatile("amoswap.w.rl zero, zero, (%0)" : : "r"(&lock) : "memory");
}

static void count(void) {
  for (uint32_t round = 0; round < ROUNDS; round++) {
    acquire();
    check(inside == 0, "nobody else is under the lock");
    inside = 1;
    locked = locked + 1;
    inside = 0;
    release();
    __asm__ volatile("amoadd.d zero, %0, (%1)" : : "r"(1UL), "r"(&added) : "memory");
    uint64_t failed, value;
    do {
      __asm__ volatile("lr.d %1, (%2)\naddi %1, %1, 1\nsc.d %0, %1, (%2)"
                       : "=&r"(failed), "=&r"(value) : "r"(&reserved) : "memory");
    } while (failed != 0);
  }
}

void other_main(uint64_t hart) {
  check(hart == 1, "the other hart is hart 1");
  count();
  __asm__ volatile("fence" : : : "memory");
  other_is_done = 1;
}

int main(void) {
  __asm__ volatile("fence" : : : "memory");
  harts_released = 1;
  count();
  while (!other_is_done) __asm__ volatile("fence" : : : "memory");
  print("two harts, %u rounds each\n", (uint64_t)ROUNDS);
  print("under the lock: %u\n", locked);
  print("by amoadd: %u\n", added);
  print("by lr and sc: %u\n", reserved);
  return locked + added + reserved == 6UL * ROUNDS ? 0 : 1;
}
