#include "runtime.h"

#include <stdarg.h>

/* Registers of the 16550. */
#define UART_DATA (UART + 0)
#define UART_LINE_STATUS (UART + 5)
#define DATA_READY 0x01
#define TRANSMITTER_EMPTY 0x20

static void put(char c) {
  while ((MMIO8(UART_LINE_STATUS) & TRANSMITTER_EMPTY) == 0) {
  }
  MMIO8(UART_DATA) = (uint8_t)c;
}

static void put_number(uint64_t value, unsigned base) {
  char digits[20];
  int count = 0;
  do {
    digits[count++] = "0123456789abcdef"[value % base];
    value /= base;
  } while (value != 0);
  while (count > 0) put(digits[--count]);
}

void print(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  for (; *format != 0; format++) {
    if (*format != '%') {
      put(*format);
      continue;
    }
    switch (*++format) {
      case 'd': {
        int64_t value = va_arg(arguments, int64_t);
        if (value < 0) put('-');
        put_number(value < 0 ? -(uint64_t)value : (uint64_t)value, 10);
        break;
      }
      case 'u': put_number(va_arg(arguments, uint64_t), 10); break;
      case 'x': put_number(va_arg(arguments, uint64_t), 16); break;
      case 'c': put((char)va_arg(arguments, int)); break;
      case 's':
        for (const char *text = va_arg(arguments, const char *); *text != 0; text++) put(*text);
        break;
      default: put(*format); break;
    }
  }
  va_end(arguments);
}

void read_line(char *line, size_t size) {
  size_t length = 0;
  for (;;) {
    while ((MMIO8(UART_LINE_STATUS) & DATA_READY) == 0) {
    }
    char c = (char)MMIO8(UART_DATA);
    if (c == '\r' || c == '\n') break;
    if (length + 1 < size) line[length++] = c;
  }
  line[length] = 0;
}

void finish(int status) {
  MMIO32(TEST_FINISHER) = status == 0 ? 0x5555 : 0x3333 | (uint32_t)status << 16;
  for (;;) __asm__ volatile("wfi");
}

void check(int holds, const char *what) {
  if (holds) return;
  print("FAILED: %s\n", what);
  finish(1);
}

void *allocate_page(void) {
  static char *next = free_memory;
  char *page = next;
  next += PAGE;
  memset(page, 0, PAGE);
  return page;
}

void open_memory_to_lower_modes(void) {
  CSR_WRITE(pmpaddr0, -1UL);
  CSR_WRITE(pmpcfg0, 0x1f); /* NAPOT over everything; read, write, execute */
}

__attribute__((weak)) void handle_machine_trap(struct trap_frame *frame) {
  print("unexpected trap in M-mode: cause %x, pc %x, tval %x\n", CSR_READ(mcause), frame->pc,
        CSR_READ(mtval));
  finish(2);
}

__attribute__((weak)) void other_main(uint64_t hart) {
  (void)hart; /* back to start.S, to sleep */
}

__attribute__((weak)) void handle_supervisor_trap(struct trap_frame *frame) {
  print("unexpected trap in S-mode: cause %x, pc %x, tval %x\n", CSR_READ(scause), frame->pc,
        CSR_READ(stval));
  finish(2);
}

void *memset(void *target, int byte, size_t size) {
  char *to = target;
  for (size_t i = 0; i < size; i++) to[i] = (char)byte;
  return target;
}

void *memcpy(void *target, const void *source, size_t size) {
  char *to = target;
  const char *from = source;
  for (size_t i = 0; i < size; i++) to[i] = from[i];
  return target;
}

int memcmp(const void *a, const void *b, size_t size) {
  const unsigned char *x = a, *y = b;
  for (size_t i = 0; i < size; i++) {
    if (x[i] != y[i]) return x[i] < y[i] ? -1 : 1;
  }
  return 0;
}

size_t strlen(const char *text) {
  size_t length = 0;
  while (text[length] != 0) length++;
  return length;
}
