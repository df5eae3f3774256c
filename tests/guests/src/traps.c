/*
 * What goes wrong in a guest must arrive in the guest: illegal instructions, accesses to addresses
 * where nothing is, misaligned accesses, calls and breakpoints, each with cause, pc and tval.
 * Where the manual leaves a choice, either answer prints the same, but for two: misaligned loads and
 * stores succeed, and an illegal instruction's tval is the instruction, as in QEMU.
 */
#include "runtime.h"

static volatile uint64_t cause, tval, trap_pc;
static volatile uint64_t resume;
static uint64_t words[2] = {0x1122334455667788, 0x99aabbccddeeff00};

void handle_machine_trap(struct trap_frame *frame) {
  cause = CSR_READ(mcause);
  tval = CSR_READ(mtval);
  trap_pc = frame->pc;
  if (resume == 0) {
    print("unexpected trap: cause %x, pc %x, tval %x\n", cause, frame->pc, tval);
    finish(2);
  }
  frame->pc = resume;
  resume = 0;
}

/* Runs one instruction that is expected to trap; afterwards `cause` is its cause, or -1. */
#define PROBE(instruction, ...)                                                          \
  do {                                                                                   \
    uint64_t after_, at_;                                                                \
    cause = -1UL;                                                                        \
    __asm__ volatile("la %0, 1f\n la %1, 2f" : "=r"(after_), "=r"(at_));                 \
    resume = after_;                                                                     \
    __asm__ volatile(".option push\n.option norvc\n2: " instruction "\n1:\n.option pop"  \
                     : : __VA_ARGS__ : "memory", "t0", "t1");                            \
    resume = 0;                                                                          \
    check(cause == -1UL || trap_pc == at_, "the trap's pc is the instruction's");        \
  } while (0)

static void report(const char *what) {
  if (cause == -1UL) {
    print("%s: no trap\n", what);
  } else {
    print("%s: cause %u, tval %x\n", what, cause, tval);
  }
}

/* The manual wants the store's cause; QEMU before 8.0 gives the load's. */
static void either(const char *what, uint64_t load_cause, uint64_t store_cause) {
  check(cause == load_cause || cause == store_cause, what);
  print("%s: traps\n", what);
}

static void no_code_here(uint64_t address) {
  uint64_t after;
  cause = -1UL;
  __asm__ volatile("la %0, 1f" : "=r"(after));
  resume = after;
  __asm__ volatile("jalr ra, %0\n1:" : : "r"(address) : "memory", "ra");
  check(trap_pc == address, "a fetch fault's pc is its target");
}

static volatile int in_user;

static void user_main(void) {
  in_user = 1;
  PROBE("csrr t0, mstatus", "r"(0));
  report("user: csrr mstatus");
  PROBE("csrr t0, sstatus", "r"(0));
  report("user: csrr sstatus");
  PROBE("mret", "r"(0));
  report("user: mret");
  PROBE("sfence.vma", "r"(0));
  report("user: sfence.vma");
  PROBE("ecall", "r"(0));
  report("user: ecall");
  finish(0);
}

int main(void) {
  PROBE(".word 0x00000000", "r"(0));
  report("a word of zeros");
  PROBE(".word 0xffffffff", "r"(0));
  report("a word of ones");
  PROBE(".word 0x0000707f", "r"(0));
  report("an opcode of nobody");
  PROBE("csrr t0, 0x8ff", "r"(0));
  report("a register that is not there");
  PROBE("csrw mhartid, zero", "r"(0));
  report("a write to a read-only register");
  PROBE("ebreak", "r"(0));
  check(tval == 0 || tval == trap_pc, "a breakpoint's tval is its address or zero");
  print("ebreak: cause %u\n", cause);
  PROBE("ecall", "r"(0));
  report("ecall");

  CSR_CLEAR(mstatus, 0x6000);
  PROBE(".word 0x02208053", "r"(0)); /* fadd.d f0, f1, f2 */
  report("floating point that is off");
  CSR_SET(mstatus, 0x6000);

  PROBE("ld t0, 0(%0)", "r"(0x50UL));
  report("load from nowhere");
  PROBE("sb t0, 3(%0)", "r"(0x50UL));
  report("store to nowhere");
  PROBE("lw t0, 0(%0)", "r"(0xffffffff00000000UL));
  report("load from beyond 56 bits");
  PROBE("lr.d t0, (%0)", "r"(0x50UL));
  report("lr from nowhere");
  PROBE("amoadd.d t0, t1, (%0)", "r"(0x50UL));
  either("amo at nowhere", 5, 7);
  no_code_here(0x54);
  report("jump to nowhere");

  uint64_t odd = (uint64_t)words + 5, value = 0;
  PROBE("ld t0, 0(%0)", "r"(odd));
  report("misaligned load");
  __asm__ volatile("ld %0, 0(%1)" : "=r"(value) : "r"(odd) : "memory");
  print("  value %x\n", value);
  PROBE("sd %1, 0(%0)", "r"(odd), "r"(0x0102030405060708UL));
  report("misaligned store");
  print("  words %x %x\n", words[0], words[1]);
  PROBE("lr.w t0, (%0)", "r"(odd));
  print("misaligned lr: cause %u, tval words + %u\n", cause, tval - (uint64_t)words);
  PROBE("amoadd.d t0, t1, (%0)", "r"(odd));
  either("misaligned amo", 4, 6);

  open_memory_to_lower_modes();
  enter_mode(MPP_USER, user_main, supervisor_stack_top);
  return 1;
}
