/*
 * Benchmarks under Linux: `linux-bench ROW…` runs the named rows, or all without a name. Each says
 * `linux ROW: begin` and `linux ROW: end, CHECKSUM` on standard output, for whoever holds the watch
 * outside: the guest's own clock may count instructions.
 */
#include "arithmetic.h"
#include "calls.h"
#include "chase.h"
#include "copy.h"
#include "hash.h"
#include "indirect.h"
#include "n-body.h"
#include "sieve.h"
#include "sort.h"
#include "spectral-norm.h"
#include "system.h"

#define MIB (1UL << 20)
#define PAGE 4096UL
#define AT_FDCWD (-100)
#define O_RDWR 2
#define SIGCHLD 17
#define CLOCK_MONOTONIC 1
#define BLKFLSBUF 0x1261
#define CHUNK 65536UL
#define CHASE_BYTES (64 * MIB)
#define DISK "/dev/vda"

static void *memory;

static void take_memory(void) { memory = map_memory(2 * MIB + PAGE, 0); }
static void give_memory(void) { unmap_memory(memory, 2 * MIB + PAGE); }

static uint64_t run_arithmetic(void) { return arithmetic_work(20000000); }
static uint64_t run_sieve(void) { return sieve_work(60, memory); }
static uint64_t run_sort(void) { return sort_work(80, memory); }
static uint64_t run_hash(void) { return hash_work(150, memory); }
static uint64_t run_calls(void) { return calls_work(300); }
static uint64_t run_indirect(void) { return indirect_work(6000); }
static uint64_t run_n_body(void) { return n_body_work(250000); }
static uint64_t run_spectral_norm(void) { return spectral_norm_work(500); }
static uint64_t run_copy(void) { return copy_work(2000, memory); }

static void prepare_chase(void) {
  memory = map_memory(CHASE_BYTES, 0);
  chase_prepare(memory, CHASE_BYTES / sizeof(struct chase_line));
}
static uint64_t run_chase(void) { return chase_work(memory, 1500000); }
static void end_chase(void) { unmap_memory(memory, CHASE_BYTES); }

static uint64_t run_system_calls(void) {
  uint64_t parents = 0;
  for (int i = 0; i < 400000; i++) parents += SYSTEM(SYS_getppid, 0, 0, 0, 0) > 0;
  return parents;
}

typedef int clock_function(int clock, struct timespec *time);
static clock_function *read_clock;

static int clock_by_call(int clock, struct timespec *time) {
  return (int)SYSTEM(SYS_clock_gettime, clock, time, 0, 0);
}
static void prepare_clock(void) {
  read_clock = (clock_function *)vdso_function("__vdso_clock_gettime");
  if (read_clock == 0) read_clock = clock_by_call;
}
/* Returns how often time went backwards. */
static uint64_t run_clock(void) {
  struct timespec last = {0, 0}, now;
  uint64_t backwards = 0;
  for (int i = 0; i < 1500000; i++) {
    expect(read_clock(CLOCK_MONOTONIC, &now) == 0, "clock_gettime");
    if (now.seconds < last.seconds ||
        (now.seconds == last.seconds && now.nanoseconds < last.nanoseconds)) {
      backwards++;
    }
    last = now;
  }
  return backwards;
}

static int64_t fork(void) { return SYSTEM(SYS_clone, SIGCHLD, 0, 0, 0); }
static void wait_for(int64_t child) {
  int status = 0;
  expect(SYSTEM(SYS_wait4, child, &status, 0, 0) == child && status == 0, "a child succeeds");
}
static uint64_t run_fork_exec(void) {
  char *words[] = {"true", 0}, *environment[] = {0};
  uint64_t children = 0;
  for (; children < 150; children++) {
    int64_t child = fork();
    expect(child >= 0, "fork");
    if (child == 0) {
      SYSTEM(SYS_execve, "/bin/busybox", words, environment, 0);
      SYSTEM(SYS_exit_group, 127, 0, 0, 0);
    }
    wait_for(child);
  }
  return children;
}

static uint64_t run_page_faults(void) {
  uint64_t sum = 0;
  for (uint64_t round = 0; round < 100; round++) {
    volatile char *pages = map_memory(MIB, 1);
    for (uint64_t at = 0; at < MIB; at += PAGE) pages[at] = (char)(round + at / PAGE);
    for (uint64_t at = 0; at < MIB; at += PAGE) sum += (uint8_t)pages[at];
    unmap_memory((void *)pages, MIB);
  }
  return sum;
}

/* A byte goes to another process and back; each turn is two changes of the address space. */
static uint64_t run_pipe(void) {
  int there[2], back[2];
  expect(SYSTEM(SYS_pipe2, there, 0, 0, 0) == 0 && SYSTEM(SYS_pipe2, back, 0, 0, 0) == 0, "pipe");
  int64_t child = fork();
  uint8_t byte = 0;
  if (child == 0) {
    SYSTEM(SYS_close, there[1], 0, 0, 0);
    while (SYSTEM(SYS_read, there[0], &byte, 1, 0) == 1) {
      byte++;
      SYSTEM(SYS_write, back[1], &byte, 1, 0);
    }
    SYSTEM(SYS_exit_group, 0, 0, 0, 0);
  }
  uint64_t sum = 0;
  for (int i = 0; i < 5000; i++) {
    SYSTEM(SYS_write, there[1], &byte, 1, 0);
    expect(SYSTEM(SYS_read, back[0], &byte, 1, 0) == 1, "an answer");
    sum += byte;
  }
  for (int i = 0; i < 2; i++) {
    SYSTEM(SYS_close, there[i], 0, 0, 0);
    SYSTEM(SYS_close, back[i], 0, 0, 0);
  }
  wait_for(child);
  return sum;
}

/* Writes to the disk, waits until all is there, forgets it and reads it again. */
static uint64_t run_file(void) {
  int64_t disk = SYSTEM(SYS_openat, AT_FDCWD, DISK, O_RDWR, 0);
  expect(disk >= 0, "the disk opens");
  uint64_t sum = 0, *words = memory;
  for (uint64_t round = 0; round < 4; round++) {
    for (uint64_t at = 0; at < 16 * MIB; at += CHUNK) {
      words[0] = at + round;
      expect(SYSTEM(SYS_pwrite64, disk, words, CHUNK, at) == CHUNK, "pwrite");
    }
    expect(SYSTEM(SYS_fsync, disk, 0, 0, 0) == 0, "fsync");
    expect(SYSTEM(SYS_ioctl, disk, BLKFLSBUF, 0, 0) == 0, "forgetting what was read");
    for (uint64_t at = 0; at < 16 * MIB; at += CHUNK) {
      expect(SYSTEM(SYS_pread64, disk, words, CHUNK, at) == CHUNK, "pread");
      sum += words[0];
    }
  }
  SYSTEM(SYS_close, disk, 0, 0, 0);
  return sum;
}

static const struct row {
  const char *name;
  void (*prepare)(void);
  uint64_t (*run)(void);
  void (*end)(void);
} rows[] = {
  {"arithmetic", 0, run_arithmetic, 0},
  {"sieve", take_memory, run_sieve, give_memory},
  {"sort", take_memory, run_sort, give_memory},
  {"hash", take_memory, run_hash, give_memory},
  {"calls", 0, run_calls, 0},
  {"indirect calls", 0, run_indirect, 0},
  {"n-body", 0, run_n_body, 0},
  {"spectral norm", 0, run_spectral_norm, 0},
  {"memory copy", take_memory, run_copy, give_memory},
  {"dependent loads", prepare_chase, run_chase, end_chase},
  {"system calls", 0, run_system_calls, 0},
  {"clock", prepare_clock, run_clock, 0},
  {"fork and exec", 0, run_fork_exec, 0},
  {"page faults", 0, run_page_faults, 0},
  {"pipe", 0, run_pipe, 0},
  {"file", take_memory, run_file, give_memory},
};

/* True for `a-b` and `a b`: words of a command line have no blanks. */
static int is_named(const char *name, const char *word) {
  while (*name != 0 && (*name == *word || (*name == ' ' && *word == '-'))) name++, word++;
  return *name == *word;
}

static void measure(const struct row *row) {
  char line[80];
  if (row->prepare) row->prepare();
  put_text(put_text(put_text(line, "linux "), row->name), ": begin\n");
  say(line);
  uint64_t sum = row->run();
  put_text(put_hex(put_text(put_text(put_text(line, "linux "), row->name), ": end, "), sum), "\n");
  say(line);
  if (row->end) row->end();
}

int main(int count, char **words) {
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    int is_wanted = count < 2;
    for (int word = 1; word < count; word++) is_wanted |= is_named(rows[i].name, words[word]);
    if (is_wanted) measure(&rows[i]);
  }
  return 0;
}
