/*
 * Benchmark: demand paging under Sv39 in S-mode. Each round touches all pages of a window, each
 * touch is a page fault that maps the page, then all are taken away again, half of them with a
 * flush each and half with one flush of everything.
 */
#include "runtime.h"

#define ROUNDS 1000
#define WINDOW 0x40000000UL
#define WINDOW_PAGES 256UL
#define FRAMES 16
#define V_R_W_A_D 0xc7
#define V_R_W_X_A_D 0xcf
#define PPN(address) (((uint64_t)(address) >> 12) << 10)
#define LOAD_FAULT 13
#define STORE_FAULT 15

static uint64_t *leaves, *frames[FRAMES];
static uint64_t faults;

void handle_supervisor_trap(struct trap_frame *frame) {
  uint64_t cause = CSR_READ(scause), address = CSR_READ(stval);
  uint64_t page = (address - WINDOW) / PAGE;
  if ((cause != LOAD_FAULT && cause != STORE_FAULT) || page >= WINDOW_PAGES) {
    print("unexpected trap: cause %x, pc %x, tval %x\n", cause, frame->pc, address);
    finish(2);
  }
  faults++;
  leaves[page] = PPN(frames[page % FRAMES]) | V_R_W_A_D;
  /* An absent entry may be remembered too. */
  __asm__ volatile("sfence.vma %0, zero" : : "r"(address) : "memory");
}

static void supervisor_main(void) {
  CSR_WRITE(stvec, supervisor_trap_entry);
  uint64_t *root = allocate_page(), *middle = allocate_page();
  leaves = allocate_page();
  for (int i = 0; i < FRAMES; i++) frames[i] = allocate_page();
  root[0] = PPN(0) | V_R_W_X_A_D;
  root[1] = PPN(middle) | 1;
  root[2] = PPN(0x80000000UL) | V_R_W_X_A_D;
  middle[0] = PPN(leaves) | 1;
  CSR_WRITE(satp, 8UL << 60 | (uint64_t)root >> 12);
  __asm__ volatile("sfence.vma" : : : "memory");

  volatile uint64_t *window = (uint64_t *)WINDOW;
  uint64_t sum = 0;
  print("page faults: begin\n");
  for (uint64_t round = 0; round < ROUNDS; round++) {
    for (uint64_t page = 0; page < WINDOW_PAGES; page++) {
      volatile uint64_t *word = &window[page * (PAGE / 8) + page % 512];
      if (page & 1) *word += round + page;
      sum += *word;
    }
    for (uint64_t page = 0; page < WINDOW_PAGES; page++) {
      leaves[page] = 0;
      if (round & 1) {
        __asm__ volatile("sfence.vma %0, zero" : : "r"(WINDOW + page * PAGE) : "memory");
      }
    }
    if ((round & 1) == 0) __asm__ volatile("sfence.vma" : : : "memory");
  }
  print("page faults: end, %u faults, sum %x\n", faults, sum);
  finish(0);
}

int main(void) {
  CSR_SET(medeleg, 1 << LOAD_FAULT | 1 << STORE_FAULT);
  open_memory_to_lower_modes();
  enter_mode(MPP_SUPERVISOR, supervisor_main, supervisor_stack_top);
  return 1;
}
