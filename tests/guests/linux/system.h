/*
 * What the programs of this folder have instead of a C library: system calls and a few functions.
 * Numbers and structures are those of Linux on riscv64 (include/uapi/asm-generic/unistd.h).
 */
#ifndef SYSTEM_H
#define SYSTEM_H

#include <stddef.h>
#include <stdint.h>

enum {
  SYS_ioctl = 29, SYS_openat = 56, SYS_close = 57, SYS_pipe2 = 59, SYS_read = 63, SYS_write = 64,
  SYS_pread64 = 67, SYS_pwrite64 = 68, SYS_fsync = 82, SYS_exit_group = 94,
  SYS_clock_gettime = 113, SYS_getppid = 173, SYS_munmap = 215, SYS_clone = 220,
  SYS_execve = 221, SYS_mmap = 222, SYS_madvise = 233, SYS_wait4 = 260,
};

/* The kernel's answer; an error is a small negative number. */
static inline int64_t system_call(int64_t number, int64_t a, int64_t b, int64_t c, int64_t d,
                                  int64_t e, int64_t f) {
  register int64_t a0 __asm__("a0") = a;
  register int64_t a1 __asm__("a1") = b;
  register int64_t a2 __asm__("a2") = c;
  register int64_t a3 __asm__("a3") = d;
  register int64_t a4 __asm__("a4") = e;
  register int64_t a5 __asm__("a5") = f;
  register int64_t a7 __asm__("a7") = number;
  __asm__ volatile("ecall"
                   : "+r"(a0)
                   : "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5), "r"(a7)
                   : "memory");
  return a0;
}

#define SYSTEM(number, a, b, c, d) \
  system_call(number, (int64_t)(a), (int64_t)(b), (int64_t)(c), (int64_t)(d), 0, 0)

struct timespec { int64_t seconds, nanoseconds; };

/* Writes to standard output in one call, so that lines of several processes stay whole. */
void say(const char *text);
/* Ends the program with what went wrong, unless `holds`. */
void expect(int holds, const char *what);
/* Fresh memory filled with zeros, of small pages where `small_pages` is set. */
void *map_memory(uint64_t bytes, int small_pages);
void unmap_memory(void *memory, uint64_t bytes);
/* Writes digits and a closing zero; returns where that zero is. */
char *put_hex(char *to, uint64_t value);
char *put_text(char *to, const char *text);
int same_text(const char *a, const char *b);

/* The kernel's function for `name` that needs no system call, or 0; see vdso(7). */
void *vdso_function(const char *name);

/* Of the program. */
int main(int count, char **words);

#endif
