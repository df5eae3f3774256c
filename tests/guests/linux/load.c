/*
 * Work that never ends, for whoever looks at a machine from outside meanwhile: `linux-load write`
 * fills 64 MiB with noise, round and round; `linux-load count` calculates and stores next to nothing.
 * Each says a dot after so much work, so that its pace can be seen without its clock.
 */
#include "system.h"

#define MIB (1UL << 20)
#define FILLED (64 * MIB)
#define PIECE (2 * MIB)
#define STEPS 2000000UL

static uint64_t noise(uint64_t state) {
  state ^= state << 13;
  state ^= state >> 7;
  return state ^ (state << 17);
}

static void write_for_ever(void) {
  volatile uint64_t *memory = map_memory(FILLED, 1);
  uint64_t state = 88172645463325252UL;
  for (;;) {
    for (uint64_t i = 0; i < FILLED / 8; i++) {
      if (i % (PIECE / 8) == 0) say(".");
      memory[i] = state = noise(state);
    }
    say("\n");
  }
}

static void count_for_ever(void) {
  volatile uint64_t result;
  uint64_t state = 88172645463325252UL;
  for (;;) {
    for (uint64_t i = 0; i < STEPS; i++) state = noise(state);
    result = state;
    say(".");
  }
  (void)result;
}

int main(int count, char **words) {
  expect(count == 2, "one word: write or count");
  if (same_text(words[1], "write")) write_for_ever();
  if (same_text(words[1], "count")) count_for_ever();
  return 1;
}
