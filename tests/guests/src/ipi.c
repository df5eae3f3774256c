/*
 * Two harts send each other software interrupts through the CLINT, in turn: each sleeps until the
 * other's has come.
 */
#include "runtime.h"

#define ROUNDS 500U
#define SOFTWARE_PENDING(hart) MMIO32(CLINT + 4 * (hart))

static volatile uint64_t received[2];

void handle_machine_trap(struct trap_frame *frame) {
  uint64_t hart = CSR_READ(mhartid), cause = CSR_READ(mcause);
  if (cause != (INTERRUPT | MACHINE_SOFTWARE)) {
    print("hart %u: unexpected cause %x at %x\n", hart, cause, frame->pc);
    finish(2);
  }
  check(SOFTWARE_PENDING(hart) == 1, "the interrupt's bit is set");
  SOFTWARE_PENDING(hart) = 0;
  received[hart]++;
}

void other_main(uint64_t hart) {
  CSR_WRITE(mie, 1 << MACHINE_SOFTWARE);
  for (uint64_t round = 1; round <= ROUNDS; round++) {
    WAIT_UNTIL(m, received[hart] == round);
    SOFTWARE_PENDING(0) = 1;
  }
}

int main(void) {
  CSR_WRITE(mie, 1 << MACHINE_SOFTWARE);
  __asm__ volatile("fence" : : : "memory");
  harts_released = 1;
  for (uint64_t round = 1; round <= ROUNDS; round++) {
    SOFTWARE_PENDING(1) = 1;
    WAIT_UNTIL(m, received[0] == round);
    check(received[1] == round, "the other hart answers each interrupt once");
  }
  print("hart 0 received %u interrupts, hart 1 received %u\n", received[0], received[1]);
  SOFTWARE_PENDING(0) = 1;
  check((CSR_READ(mip) >> MACHINE_SOFTWARE & 1) == 1, "a hart can interrupt itself");
  SOFTWARE_PENDING(0) = 0;
  check((CSR_READ(mip) >> MACHINE_SOFTWARE & 1) == 0, "and take it back");
  print("a hart's own interrupt: set and taken back\n");
  return 0;
}
