/*
 * What every guest of this folder has under its feet: console, end of the run, traps.
 *
 * A guest is one C file with `int main(void)`, entered in M-mode on hart 0 of a QEMU-virt machine
 * with `-bios none`. main's value ends the run: 0 is success, anything else the exit status.
 */
#ifndef RUNTIME_H
#define RUNTIME_H

#include <stdint.h>
#include <stddef.h>

/* Memory map of the machine. */
#define TEST_FINISHER 0x00100000UL
#define CLINT 0x02000000UL
#define PLIC 0x0c000000UL
#define UART 0x10000000UL
#define VIRTIO(slot) (0x10001000UL + 0x1000UL * (slot))

#define MMIO8(address) (*(volatile uint8_t *)(address))
#define MMIO32(address) (*(volatile uint32_t *)(address))
#define MMIO64(address) (*(volatile uint64_t *)(address))

#define CSR_READ(name) \
  ({ uint64_t value_; __asm__ volatile("csrr %0, " #name : "=r"(value_) : : "memory"); value_; })
#define CSR_WRITE(name, value) \
  __asm__ volatile("csrw " #name ", %0" : : "rK"((uint64_t)(value)) : "memory")
#define CSR_SET(name, bits) \
  __asm__ volatile("csrs " #name ", %0" : : "rK"((uint64_t)(bits)) : "memory")
#define CSR_CLEAR(name, bits) \
  __asm__ volatile("csrc " #name ", %0" : : "rK"((uint64_t)(bits)) : "memory")

/* Bits of mstatus and sstatus. */
#define STATUS_SIE (1UL << 1)
#define STATUS_MIE (1UL << 3)
#define STATUS_SUM (1UL << 18)
#define STATUS_MXR (1UL << 19)
#define MPP_USER 0UL
#define MPP_SUPERVISOR (1UL << 11)

/* Interrupt numbers: bits of mie/mip, low part of an interrupt's cause. */
#define SUPERVISOR_SOFTWARE 1
#define MACHINE_SOFTWARE 3
#define SUPERVISOR_TIMER 5
#define MACHINE_TIMER 7
#define MACHINE_EXTERNAL 11
#define INTERRUPT (1UL << 63)

struct trap_frame {
  uint64_t x[32];
  uint64_t pc;
};

/* A guest that expects traps defines these; the runtime's own report the trap and end the run. */
void handle_machine_trap(struct trap_frame *frame);
void handle_supervisor_trap(struct trap_frame *frame);

void machine_trap_entry(void);
void supervisor_trap_entry(void);
void enter_mode(uint64_t status_mpp, void (*entry)(void), void *stack);
void enter_user(void (*entry)(void), void *stack);

/*
 * A guest for two harts defines other_main, which hart 1 calls once main has set harts_released. Its
 * traps come to handle_machine_trap as those of hart 0 do.
 */
extern volatile uint32_t harts_released;
void other_main(uint64_t hart);

extern char stack_top[], supervisor_stack_top[], free_memory[];

/* Lets S-mode and U-mode reach all memory (without an entry the PMP forbids everything). */
void open_memory_to_lower_modes(void);

/* Console: %d %u (64 bits), %x (64 bits, no leading zeros), %s, %c. */
void print(const char *format, ...);
/* Reads up to a line end, which is dropped; `size` includes the closing zero. */
void read_line(char *line, size_t size);

/* Ends the run; never returns. */
void finish(int status) __attribute__((noreturn));
/* Ends the run as failed, saying what was expected, unless `holds`. */
void check(int holds, const char *what);

/*
 * Sleeps until an interrupt handler has made `condition` true; interrupts of `mode` (m or s) are on
 * inside only. It is tested while they are off, or one that came between test and wfi would be
 * slept through; wfi wakes for a pending interrupt all the same.
 */
#define WAIT_UNTIL(mode, condition)                    \
  do {                                                 \
    CSR_CLEAR(mode##status, STATUS_MIE | STATUS_SIE);  \
    if (condition) break;                              \
    __asm__ volatile("wfi");                           \
    CSR_SET(mode##status, STATUS_MIE | STATUS_SIE);    \
  } while (1)

/* Next free page of RAM, filled with zeros. */
void *allocate_page(void);
#define PAGE 4096UL

void *memset(void *target, int byte, size_t size);
void *memcpy(void *target, const void *source, size_t size);
int memcmp(const void *a, const void *b, size_t size);
size_t strlen(const char *text);

#endif
