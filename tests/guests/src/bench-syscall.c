/*
 * Benchmark: a user program under Sv39 calls its kernel again and again; every call saves and
 * restores all registers, and each sixteenth one changes an address space and back.
 */
#include "runtime.h"

#define CALLS 2000000UL
#define V_R_W_X_A_D 0xcf
#define USER 0x10
#define PPN(address) (((uint64_t)(address) >> 12) << 10)
#define USER_CALL 8

static uint64_t spaces[2];
static uint64_t calls, switches;

void handle_supervisor_trap(struct trap_frame *frame) {
  if (CSR_READ(scause) != USER_CALL) {
    print("unexpected trap: cause %x, pc %x, tval %x\n", CSR_READ(scause), frame->pc,
          CSR_READ(stval));
    finish(2);
  }
  frame->pc += 4;
  calls++;
  if (frame->x[17] == 0) {
    print("system calls: end, %u calls, %u address spaces entered, sum %u\n", calls, switches,
          frame->x[10]);
    finish(0);
  }
  frame->x[10] += frame->x[17];
  if (calls % 16 == 0) {
    for (int i = 1; i >= 0; i--) {
      CSR_WRITE(satp, spaces[i]);
      __asm__ volatile("sfence.vma" : : : "memory");
      switches++;
    }
  }
}

static uint64_t call(uint64_t number, uint64_t value) {
  register uint64_t a0 __asm__("a0") = value;
  register uint64_t a7 __asm__("a7") = number;
  __asm__ volatile("ecall" : "+r"(a0) : "r"(a7) : "memory");
  return a0;
}

/* Runs at its physical address plus 1 GiB, where the pages belong to the user. */
static void user_main(void) {
  uint64_t sum = 0;
  for (uint64_t i = 0; i < CALLS; i++) sum = call(1 + (i & 1), sum);
  call(0, sum);
}

static uint64_t make_space(void) {
  uint64_t *root = allocate_page();
  root[0] = PPN(0) | V_R_W_X_A_D;
  root[2] = PPN(0x80000000UL) | V_R_W_X_A_D;
  root[3] = PPN(0x80000000UL) | V_R_W_X_A_D | USER;
  return 8UL << 60 | (uint64_t)root >> 12;
}

static void supervisor_main(void) {
  CSR_WRITE(stvec, supervisor_trap_entry);
  spaces[0] = make_space();
  spaces[1] = make_space();
  CSR_WRITE(satp, spaces[0]);
  __asm__ volatile("sfence.vma" : : : "memory");
  print("system calls: begin\n");
  const uint64_t gibibyte = 1UL << 30;
  char *user_stack = (char *)allocate_page() + PAGE;
  enter_user((void (*)(void))((uint64_t)user_main + gibibyte), user_stack + gibibyte);
}

int main(void) {
  CSR_SET(medeleg, 1 << USER_CALL);
  open_memory_to_lower_modes();
  enter_mode(MPP_SUPERVISOR, supervisor_main, supervisor_stack_top);
  return 1;
}
