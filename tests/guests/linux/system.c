#include "system.h"

/* The auxiliary vector: getauxval(3). */
#define AT_NULL 0
#define AT_SYSINFO_EHDR 33

/* What of elf(5) is needed here; the compiler may have come without a C library's headers. */
#define SHT_DYNSYM 11
struct elf_header {
  uint8_t identity[16];
  uint16_t type, machine;
  uint32_t version;
  uint64_t entry, program_headers, section_headers;
  uint32_t flags;
  uint16_t header_bytes, program_header_bytes, program_header_count;
  uint16_t section_header_bytes, section_header_count, section_names;
};
struct elf_section {
  uint32_t name, type;
  uint64_t flags, address, offset, bytes;
  uint32_t link, info;
  uint64_t alignment, entry_bytes;
};
struct elf_symbol {
  uint32_t name;
  uint8_t info, other;
  uint16_t section;
  uint64_t value, bytes;
};

#define PROT_READ_WRITE 3
#define MAP_PRIVATE_ANONYMOUS 0x22
#define MADV_NOHUGEPAGE 15

static const char *vdso;

int start_program(uint64_t *stack) {
  int count = (int)stack[0];
  char **words = (char **)(stack + 1);
  uint64_t *at = stack + 1 + count + 1;
  while (*at != 0) at++; /* the environment */
  for (at++; at[0] != AT_NULL; at += 2) {
    if (at[0] == AT_SYSINFO_EHDR) vdso = (const char *)at[1];
  }
  return main(count, words);
}

void say(const char *text) {
  size_t length = 0;
  while (text[length] != 0) length++;
  SYSTEM(SYS_write, 1, text, length, 0);
}

void expect(int holds, const char *what) {
  if (holds) return;
  say("FAILED: ");
  say(what);
  say("\n");
  SYSTEM(SYS_exit_group, 1, 0, 0, 0);
}

void *map_memory(uint64_t bytes, int small_pages) {
  int64_t address =
      system_call(SYS_mmap, 0, (int64_t)bytes, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0);
  expect(address > 0, "mmap");
  if (small_pages) SYSTEM(SYS_madvise, address, bytes, MADV_NOHUGEPAGE, 0);
  return (void *)address;
}

void unmap_memory(void *memory, uint64_t bytes) {
  expect(SYSTEM(SYS_munmap, memory, bytes, 0, 0) == 0, "munmap");
}

char *put_text(char *to, const char *text) {
  while (*text != 0) *to++ = *text++;
  *to = 0;
  return to;
}

char *put_hex(char *to, uint64_t value) {
  int digits = 1;
  while (digits < 16 && value >> 4 * digits != 0) digits++;
  while (digits-- > 0) *to++ = "0123456789abcdef"[value >> 4 * digits & 15];
  *to = 0;
  return to;
}

int same_text(const char *a, const char *b) {
  while (*a != 0 && *a == *b) a++, b++;
  return *a == *b;
}

void *vdso_function(const char *name) {
  if (vdso == 0) return 0;
  const struct elf_header *header = (const struct elf_header *)vdso;
  const struct elf_section *sections =
      (const struct elf_section *)(vdso + header->section_headers);
  for (int i = 0; i < header->section_header_count; i++) {
    if (sections[i].type != SHT_DYNSYM) continue;
    const struct elf_symbol *symbols = (const struct elf_symbol *)(vdso + sections[i].offset);
    const char *names = vdso + sections[sections[i].link].offset;
    for (uint64_t j = 0; j < sections[i].bytes / sizeof *symbols; j++) {
      /* It is linked at address 0: a symbol's value is its place in the image. */
      if (same_text(names + symbols[j].name, name)) return (void *)(vdso + symbols[j].value);
    }
  }
  return 0;
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
