/*
 * Sv48: four levels of page tables, addresses of 48 bits, and leaves at each level: pages of 4 KiB,
 * 2 MiB, 1 GiB and 512 GiB.
 */
#include "runtime.h"

#define V 0x01
#define R 0x02
#define W 0x04
#define X 0x08
#define A 0x40
#define D 0x80
#define DATA (V | R | W | A | D)
#define PPN(address) (((uint64_t)(address) >> 12) << 10)
#define PAGE_OF(entry) ((uint64_t *)(((entry) >> 10) << 12))
#define LOAD_FAULT 13
#define STORE_FAULT 15
#define RAM 0x80000000UL

static uint64_t *root;
static volatile uint64_t fault, fault_address;

/* The entry of an address at a level; the tables above it are made. */
static uint64_t *entry_at(uint64_t address, int last) {
  uint64_t *table = root;
  for (int level = 3; level > last; level--) {
    uint64_t *entry = &table[address >> (12 + 9 * level) & 511];
    if ((*entry & V) == 0) *entry = PPN(allocate_page()) | V;
    table = PAGE_OF(*entry);
  }
  return &table[address >> (12 + 9 * last) & 511];
}

static void flush(void) {
  __asm__ volatile("sfence.vma" : : : "memory");
}

void handle_supervisor_trap(struct trap_frame *frame) {
  fault = CSR_READ(scause);
  fault_address = CSR_READ(stval);
  frame->pc += 4; /* probes are four bytes long */
}

static uint64_t probe_load(uint64_t address) {
  uint64_t value = 0;
  __asm__ volatile(".option push\n.option norvc\nld %0, 0(%1)\n.option pop"
                   : "+r"(value) : "r"(address) : "memory");
  return value;
}

static void probe_store(uint64_t address, uint64_t value) {
  __asm__ volatile(".option push\n.option norvc\nsd %0, 0(%1)\n.option pop"
                   : : "r"(value), "r"(address) : "memory");
}

static void expect_fault(uint64_t address, const char *what) {
  fault = 0;
  probe_load(address);
  check(fault == LOAD_FAULT && fault_address == address, what);
  fault = 0;
  probe_store(address, 1);
  check(fault == STORE_FAULT && fault_address == address, what);
  fault = 0;
}

static void supervisor_main(void) {
  CSR_WRITE(stvec, supervisor_trap_entry);
  root = allocate_page();
  *entry_at(0, 2) = PPN(0) | DATA;           /* devices, 1 GiB */
  *entry_at(RAM, 2) = PPN(RAM) | DATA | X;   /* RAM as it is, 1 GiB */
  uint64_t satp = 9UL << 60 | (uint64_t)root >> 12;
  CSR_WRITE(satp, satp);
  check(CSR_READ(satp) == satp, "satp takes the mode of Sv48");
  flush();
  print("Sv48 is on\n");

  uint64_t *frame = allocate_page();
  uint64_t low = 0x00007ffffffff000UL, high = 0xffff800000000000UL;
  *entry_at(low, 0) = PPN(frame) | DATA;
  *entry_at(high, 0) = PPN(frame) | DATA;
  flush();
  probe_store(low + 8, 4711);
  check(probe_load(high + 8) == 4711 && frame[1] == 4711, "the ends of both halves are mapped");
  print("4 KiB: %x and %x are one page\n", low, high);

  uint64_t two = 0x0000123400200000UL;
  uint64_t place = (uint64_t)frame & 0x1fffff;
  *entry_at(two, 1) = PPN((uint64_t)frame & ~0x1fffffUL) | DATA;
  flush();
  check(probe_load(two + place + 8) == 4711, "a page of 2 MiB reaches the frame");
  print("2 MiB: read\n");

  uint64_t half = 0x0000700000000000UL;
  *entry_at(half, 3) = PPN(0) | DATA;
  flush();
  check(probe_load(half + (uint64_t)frame + 8) == 4711, "a page of 512 GiB reaches the frame");
  print("512 GiB: read\n");

  *entry_at(two, 1) = PPN(((uint64_t)frame & ~0x1fffffUL) + PAGE) | DATA;
  flush();
  expect_fault(two, "a page of 2 MiB that is not aligned faults");
  *entry_at(half, 3) = PPN(1UL << 30) | DATA;
  flush();
  expect_fault(half, "a page of 512 GiB that is not aligned faults");
  expect_fault(0x0000800000000000UL, "an address that is not sign-extended faults");
  expect_fault(0xffff7ffffffffff8UL, "an address that is not sign-extended faults");
  expect_fault(0x0000200000000000UL, "an address without an entry faults");
  print("faults: as the manual says\n");
  finish(0);
}

int main(void) {
  CSR_SET(medeleg, 1 << LOAD_FAULT | 1 << STORE_FAULT);
  open_memory_to_lower_modes();
  enter_mode(MPP_SUPERVISOR, supervisor_main, supervisor_stack_top);
  return 1;
}
