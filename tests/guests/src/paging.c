/*
 * Sv39 with demand paging: S-mode builds its page tables, then touches memory that is not there and
 * serves the page faults itself: zero pages shared until they are written, and code on demand.
 */
#include "runtime.h"

#define V 0x01
#define R 0x02
#define W 0x04
#define X 0x08
#define U 0x10
#define A 0x40
#define D 0x80
#define PPN(address) (((uint64_t)(address) >> 12) << 10)
#define PAGE_OF(entry) ((void *)(((entry) >> 10) << 12))

#define FETCH_FAULT 12
#define LOAD_FAULT 13
#define STORE_FAULT 15

/* The demand-paged window: far from RAM, crossing a 2 MiB boundary. */
#define WINDOW 0x2aaaadf000UL
#define WINDOW_PAGES 64UL
/* A page of code, mapped when it is first executed. */
#define CODE 0x3fffe00000UL

static uint64_t *root;
static volatile uint64_t faults[16];
static void *zero_page;
static volatile uint64_t expected_fault, seen_fault;

/* The leaf entry of a virtual address; the tables on the way are made. */
static uint64_t *entry_of(uint64_t address) {
  uint64_t *table = root;
  for (int level = 2; level > 0; level--) {
    uint64_t *entry = &table[address >> (12 + 9 * level) & 511];
    if ((*entry & V) == 0) *entry = PPN(allocate_page()) | V;
    table = PAGE_OF(*entry);
  }
  return &table[address >> 12 & 511];
}

static void flush(uint64_t address) {
  __asm__ volatile("sfence.vma %0, zero" : : "r"(address) : "memory");
}

/* The function that will run from the CODE page: returns 6 * 7. */
static const uint32_t code[] = {
    0x00600513, /* li a0, 6 */
    0x00700593, /* li a1, 7 */
    0x02b50533, /* mul a0, a0, a1 */
    0x00008067, /* ret */
};

void handle_supervisor_trap(struct trap_frame *frame) {
  uint64_t cause = CSR_READ(scause), address = CSR_READ(stval);
  if (cause >= 16) {
    print("unexpected cause %x\n", cause);
    finish(2);
  }
  faults[cause]++;
  if (expected_fault != 0 && cause == expected_fault) {
    seen_fault = address;
    expected_fault = 0;
    frame->pc += 4; /* probes are four bytes long */
    return;
  }
  uint64_t *entry = entry_of(address);
  if (cause == FETCH_FAULT && address == CODE) {
    check(frame->pc == CODE, "a fetch fault's pc is its address");
    void *page = allocate_page();
    memcpy(page, code, sizeof code);
    __asm__ volatile("fence.i" : : : "memory");
    *entry = PPN(page) | V | R | X | A;
  } else if (address - WINDOW < WINDOW_PAGES * PAGE && cause == LOAD_FAULT) {
    *entry = PPN(zero_page) | V | R | A;
  } else if (address - WINDOW < WINDOW_PAGES * PAGE && cause == STORE_FAULT) {
    *entry = PPN(allocate_page()) | V | R | W | A | D;
  } else {
    print("unexpected page fault: cause %u, address %x, pc %x\n", cause, address, frame->pc);
    finish(2);
  }
  flush(address);
}

static uint64_t probe_load(uint64_t address) {
  uint64_t value = 0;
  __asm__ volatile(".option push\n.option norvc\nld %0, 0(%1)\n.option pop"
                   : "+r"(value) : "r"(address) : "memory");
  return value;
}

static void probe_store(uint64_t address, uint64_t value) {
  __asm__ volatile(".option push\n.option norvc\nsd %1, 0(%0)\n.option pop"
                   : : "r"(address), "r"(value) : "memory");
}

static void expect_load_fault(uint64_t address, const char *what) {
  expected_fault = LOAD_FAULT;
  seen_fault = 0;
  probe_load(address);
  check(seen_fault == address, what);
}

static void expect_store_fault(uint64_t address, const char *what) {
  expected_fault = STORE_FAULT;
  seen_fault = 0;
  probe_store(address, 1);
  check(seen_fault == address, what);
}

static void demand_paging(void) {
  volatile uint64_t *window = (uint64_t *)WINDOW;
  const uint64_t step = PAGE / 8;
  for (uint64_t page = 0; page < WINDOW_PAGES; page++) {
    check(window[page * step + page] == 0, "an untouched page reads as zeros");
  }
  check(faults[LOAD_FAULT] == WINDOW_PAGES, "one load fault a page");
  for (uint64_t page = 0; page < WINDOW_PAGES; page += 2) window[page * step + page] = page + 1;
  check(faults[STORE_FAULT] == WINDOW_PAGES / 2, "one store fault a written page");
  for (uint64_t page = 0; page < WINDOW_PAGES; page++) {
    uint64_t want = page % 2 == 0 ? page + 1 : 0;
    check(window[page * step + page] == want, "pages keep what was written to them only");
  }
  print("demand paging: %u load faults, %u store faults\n", faults[LOAD_FAULT],
        faults[STORE_FAULT]);

  uint64_t before = faults[STORE_FAULT];
  uint64_t across = WINDOW + 2 * PAGE - 4; /* pages 1 (shared) and 2 (own) */
  *(volatile uint64_t *)across = 0x1122334455667788;
  check(*(volatile uint64_t *)across == 0x1122334455667788, "a store across two pages is whole");
  check(faults[STORE_FAULT] == before + 1, "only the page that is not writable faults");
  print("a store across two pages: one more fault\n");
}

static void permissions(void) {
  uint64_t address = WINDOW;
  uint64_t *entry = entry_of(address);
  uint64_t kept = *entry;

  *entry = kept & ~(uint64_t)V;
  flush(address);
  expect_load_fault(address, "an invalid entry faults on load");
  *entry = (kept & ~(uint64_t)(R | W)) | X;
  flush(address);
  expect_load_fault(address, "an execute-only page faults on load");
  CSR_SET(sstatus, STATUS_MXR);
  check(probe_load(address) == 1, "MXR makes an executable page readable");
  CSR_CLEAR(sstatus, STATUS_MXR);
  *entry = (kept & ~(uint64_t)R);
  flush(address);
  expect_load_fault(address, "write without read is reserved");
  *entry = kept | U;
  flush(address);
  expect_load_fault(address, "a user page is closed to S-mode");
  expect_store_fault(address, "a user page is closed to S-mode");
  CSR_SET(sstatus, STATUS_SUM);
  check(probe_load(address) == 1, "SUM opens user pages to S-mode");
  CSR_CLEAR(sstatus, STATUS_SUM);
  *entry = kept;
  flush(address);
  expect_load_fault(0x4000000000, "an address that is not sign-extended faults");

  /* The same frame twice: what is written through one is read through the other. */
  uint64_t alias = WINDOW + WINDOW_PAGES * PAGE;
  *entry_of(alias) = kept;
  flush(alias);
  probe_store(alias, 4711);
  check(probe_load(address) == 4711, "two pages of one frame show the same");
  print("permissions: as the manual says\n");
}

static void supervisor_main(void) {
  CSR_WRITE(stvec, supervisor_trap_entry);
  zero_page = allocate_page();
  root = allocate_page();
  root[0] = PPN(0) | V | R | W | A | D;                       /* devices, 1 GiB */
  root[2] = PPN(0x80000000UL) | V | R | W | X | A | D;        /* RAM as it is, 1 GiB */
  CSR_WRITE(satp, 8UL << 60 | (uint64_t)root >> 12);
  __asm__ volatile("sfence.vma" : : : "memory");
  print("Sv39 is on\n");
  demand_paging();
  uint64_t answer = ((uint64_t(*)(void))CODE)();
  check(answer == 42 && faults[FETCH_FAULT] == 1, "code is mapped when it is executed");
  print("code on demand: %u\n", answer);
  permissions();
  finish(0);
}

int main(void) {
  CSR_SET(medeleg, 1 << FETCH_FAULT | 1 << LOAD_FAULT | 1 << STORE_FAULT);
  open_memory_to_lower_modes();
  enter_mode(MPP_SUPERVISOR, supervisor_main, supervisor_stack_top);
  return 1;
}
