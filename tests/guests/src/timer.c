/*
 * Timer and software interrupts of the CLINT: taken in M-mode, and passed on to S-mode the way a
 * firmware does it. Prints only what does not depend on how fast the machine is.
 */
#include "runtime.h"

#define SOFTWARE_PENDING (CLINT + 0x0)
#define TIME_COMPARE (CLINT + 0x4000)
#define TIME (CLINT + 0xbff8)
#define INTERVAL 20000UL /* 2 ms at 10 MHz */
#define TICKS 5

static volatile int machine_ticks, machine_softwares, supervisor_ticks;
static volatile uint64_t deadline;
static int pass_on;

void handle_machine_trap(struct trap_frame *frame) {
  uint64_t cause = CSR_READ(mcause);
  if (cause == (INTERRUPT | MACHINE_TIMER)) {
    check(MMIO64(TIME) >= deadline, "the timer fires no earlier than its deadline");
    if (pass_on) {
      CSR_CLEAR(mie, 1 << MACHINE_TIMER);
      CSR_SET(mip, 1 << SUPERVISOR_TIMER);
    } else {
      machine_ticks++;
      deadline = machine_ticks == TICKS ? -1UL : deadline + INTERVAL;
      MMIO64(TIME_COMPARE) = deadline;
    }
  } else if (cause == (INTERRUPT | MACHINE_SOFTWARE)) {
    MMIO32(SOFTWARE_PENDING) = 0;
    machine_softwares++;
  } else if (cause == 9) { /* call from S-mode: arm the timer */
    deadline = frame->x[10];
    MMIO64(TIME_COMPARE) = deadline;
    CSR_CLEAR(mip, 1 << SUPERVISOR_TIMER);
    CSR_SET(mie, 1 << MACHINE_TIMER);
    frame->pc += 4;
  } else {
    print("unexpected cause %x\n", cause);
    finish(2);
  }
}

static void arm(uint64_t time) {
  register uint64_t a0 __asm__("a0") = time;
  __asm__ volatile("ecall" : "+r"(a0) : : "memory");
}

void handle_supervisor_trap(struct trap_frame *frame) {
  (void)frame;
  check(CSR_READ(scause) == (INTERRUPT | SUPERVISOR_TIMER), "S-mode gets timer interrupts only");
  supervisor_ticks++;
  arm(supervisor_ticks == TICKS ? -1UL : deadline + INTERVAL);
}

static void supervisor_main(void) {
  CSR_WRITE(stvec, supervisor_trap_entry);
  uint64_t start = CSR_READ(time);
  arm(start + INTERVAL);
  CSR_SET(sie, 1 << SUPERVISOR_TIMER);
  WAIT_UNTIL(s, supervisor_ticks == TICKS);
  check(CSR_READ(time) - start >= TICKS * INTERVAL, "five ticks take five intervals");
  print("S-mode: %d timer interrupts, passed on by M-mode\n", (int64_t)supervisor_ticks);

  /* wfi wakes for a pending interrupt that is not taken. */
  arm(CSR_READ(time) + INTERVAL);
  while ((CSR_READ(sip) & 1 << SUPERVISOR_TIMER) == 0) __asm__ volatile("wfi");
  print("S-mode: wfi ends while interrupts are masked\n");
  finish(0);
}

int main(void) {
  CSR_SET(mie, 1 << MACHINE_SOFTWARE);
  MMIO32(SOFTWARE_PENDING) = 1;
  WAIT_UNTIL(m, machine_softwares == 1);
  print("M-mode: %d software interrupt\n", (int64_t)machine_softwares);

  uint64_t start = MMIO64(TIME);
  deadline = start + INTERVAL;
  MMIO64(TIME_COMPARE) = deadline;
  CSR_SET(mie, 1 << MACHINE_TIMER);
  WAIT_UNTIL(m, machine_ticks == TICKS);
  check(MMIO64(TIME) - start >= TICKS * INTERVAL, "five ticks take five intervals");
  print("M-mode: %d timer interrupts\n", (int64_t)machine_ticks);

  check((CSR_READ(mip) & 1 << MACHINE_TIMER) == 0, "a far deadline takes the interrupt back");
  pass_on = 1;
  CSR_SET(mideleg, 1 << SUPERVISOR_TIMER);
  CSR_SET(mcounteren, 7);
  open_memory_to_lower_modes();
  enter_mode(MPP_SUPERVISOR, supervisor_main, supervisor_stack_top);
  return 1;
}
