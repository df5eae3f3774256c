/*
 * A driver for a virtio block device behind virtio-mmio, modern interface only (virtio 1.2, 4.2 and
 * 5.2). The disk holds the text "sector N\n" at the start of each sector N. Reads with polling,
 * writes and reads back with interrupts, asks for name and flush, and makes the device refuse. Then the
 * device writes code where code is executed: what was called a thousand times must not be called again.
 */
#include "runtime.h"

/* Register offsets (virtio 1.2, 4.2.2). */
#define MAGIC 0x000
#define VERSION 0x004
#define DEVICE_ID 0x008
#define DEVICE_FEATURES 0x010
#define DEVICE_FEATURES_SELECT 0x014
#define DRIVER_FEATURES 0x020
#define DRIVER_FEATURES_SELECT 0x024
#define QUEUE_SELECT 0x030
#define QUEUE_SIZE_MAX 0x034
#define QUEUE_SIZE 0x038
#define QUEUE_READY 0x044
#define QUEUE_NOTIFY 0x050
#define INTERRUPT_STATUS 0x060
#define INTERRUPT_ACKNOWLEDGE 0x064
#define STATUS 0x070
#define QUEUE_DESCRIPTORS 0x080
#define QUEUE_DRIVER 0x090
#define QUEUE_DEVICE 0x0a0
#define CONFIG_CAPACITY 0x100

#define ACKNOWLEDGE 1
#define DRIVER 2
#define DRIVER_OK 4
#define FEATURES_OK 8

#define FEATURE_FLUSH (1u << 9)
#define FEATURE_VERSION_1 (1u << 0) /* bit 32: bit 0 of the high half */

#define NEXT 1
#define WRITABLE 2

#define TYPE_READ 0
#define TYPE_WRITE 1
#define TYPE_FLUSH 4
#define TYPE_GET_ID 8

#define SECTOR 512
#define ENTRIES 8

struct descriptor { uint64_t address; uint32_t length; uint16_t flags, next; };
struct available { uint16_t flags, index, ring[ENTRIES], used_event; };
struct used { uint16_t flags, index; struct { uint32_t head, length; } ring[ENTRIES]; };

static struct descriptor descriptors[ENTRIES] __attribute__((aligned(16)));
static volatile struct available available;
static volatile struct used used __attribute__((aligned(4)));
static struct { uint32_t type, reserved; uint64_t sector; } header;
static volatile uint8_t status;
static uint8_t buffer[2 * SECTOR], copy[2 * SECTOR];

/* Functions of one argument: add 1, and add 3. */
static const uint32_t add_one[] = {0x00150513 /* addi a0, a0, 1 */, 0x00008067 /* ret */};
static const uint32_t add_three[] = {0x00350513 /* addi a0, a0, 3 */, 0x00008067 /* ret */};
static uint8_t code[SECTOR] __attribute__((aligned(4096)));

static uint64_t base;
static uint32_t irq;
static volatile int interrupts;

#define PLIC_PRIORITY(source) (PLIC + 4 * (source))
#define PLIC_ENABLE (PLIC + 0x2000)
#define PLIC_THRESHOLD (PLIC + 0x200000)
#define PLIC_CLAIM (PLIC + 0x200004)

void handle_machine_trap(struct trap_frame *frame) {
  (void)frame;
  check(CSR_READ(mcause) == (INTERRUPT | MACHINE_EXTERNAL), "only external interrupts come");
  uint32_t source = MMIO32(PLIC_CLAIM);
  check(source == irq, "the PLIC names the disk's interrupt");
  check((MMIO32(base + INTERRUPT_STATUS) & 1) != 0, "the disk says that its ring was used");
  MMIO32(base + INTERRUPT_ACKNOWLEDGE) = 1;
  MMIO32(PLIC_CLAIM) = source;
  interrupts++;
}

static int find_disk(void) {
  for (int slot = 0; slot < 8; slot++) {
    uint64_t at = VIRTIO(slot);
    if (MMIO32(at + MAGIC) == 0x74726976 && MMIO32(at + DEVICE_ID) == 2) {
      base = at;
      irq = 1 + (uint32_t)slot;
      return 1;
    }
  }
  return 0;
}

static void set_up(void) {
  check(MMIO32(base + VERSION) == 2, "the device has the modern interface");
  MMIO32(base + STATUS) = 0;
  while (MMIO32(base + STATUS) != 0) {
  }
  MMIO32(base + STATUS) = ACKNOWLEDGE;
  MMIO32(base + STATUS) = ACKNOWLEDGE | DRIVER;
  MMIO32(base + DEVICE_FEATURES_SELECT) = 0;
  check((MMIO32(base + DEVICE_FEATURES) & FEATURE_FLUSH) != 0, "the device offers flush");
  MMIO32(base + DEVICE_FEATURES_SELECT) = 1;
  check((MMIO32(base + DEVICE_FEATURES) & FEATURE_VERSION_1) != 0, "the device offers version 1");
  MMIO32(base + DRIVER_FEATURES_SELECT) = 0;
  MMIO32(base + DRIVER_FEATURES) = FEATURE_FLUSH;
  MMIO32(base + DRIVER_FEATURES_SELECT) = 1;
  MMIO32(base + DRIVER_FEATURES) = FEATURE_VERSION_1;
  MMIO32(base + STATUS) = ACKNOWLEDGE | DRIVER | FEATURES_OK;
  check((MMIO32(base + STATUS) & FEATURES_OK) != 0, "the device accepts the features");

  MMIO32(base + QUEUE_SELECT) = 0;
  check(MMIO32(base + QUEUE_READY) == 0, "the queue is not yet in use");
  check(MMIO32(base + QUEUE_SIZE_MAX) >= ENTRIES, "the queue is large enough");
  MMIO32(base + QUEUE_SIZE) = ENTRIES;
  const uint64_t places[] = {(uint64_t)descriptors, (uint64_t)&available, (uint64_t)&used};
  const uint64_t registers[] = {QUEUE_DESCRIPTORS, QUEUE_DRIVER, QUEUE_DEVICE};
  for (int i = 0; i < 3; i++) {
    MMIO32(base + registers[i]) = (uint32_t)places[i];
    MMIO32(base + registers[i] + 4) = (uint32_t)(places[i] >> 32);
  }
  MMIO32(base + QUEUE_READY) = 1;
  MMIO32(base + STATUS) = ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK;
}

/* One request: header, data if any, status byte. Returns the device's status. */
static int request(uint32_t type, uint64_t sector, void *data, uint32_t size, int by_interrupt) {
  header.type = type;
  header.sector = sector;
  status = 0xff;
  int last = size == 0 ? 1 : 2;
  uint16_t direction = type == TYPE_WRITE ? 0 : WRITABLE;
  descriptors[0] = (struct descriptor){(uint64_t)&header, sizeof header, NEXT, 1};
  descriptors[1] = (struct descriptor){(uint64_t)data, size, direction | NEXT, 2};
  descriptors[last] = (struct descriptor){(uint64_t)&status, 1, WRITABLE, 0};

  uint16_t before = used.index;
  int interrupts_before = interrupts;
  available.flags = by_interrupt ? 0 : 1;
  available.ring[available.index % ENTRIES] = 0;
  __asm__ volatile("fence rw, rw" : : : "memory");
  available.index++;
  __asm__ volatile("fence rw, rw" : : : "memory");
  MMIO32(base + QUEUE_NOTIFY) = 0;
  if (by_interrupt) WAIT_UNTIL(m, interrupts != interrupts_before);
  while (used.index == before) {
  }
  __asm__ volatile("fence rw, rw" : : : "memory");
  check(used.index == (uint16_t)(before + 1), "one request is answered once");
  check(used.ring[before % ENTRIES].head == 0, "the answer names the request");
  return status;
}

/* Has the device read a sector to where code is, and calls what is there. */
static uint64_t call_sector(uint64_t sector, int times, uint64_t argument) {
  check(request(TYPE_READ, sector, code, SECTOR, 0) == 0, "a read of code succeeds");
  __asm__ volatile("fence.i" : : : "memory");
  uint64_t (*function)(uint64_t) = (uint64_t (*)(uint64_t))code;
  for (int i = 0; i < times; i++) argument = function(argument);
  return argument;
}

static void read_code(void) {
  uint8_t before[2][SECTOR];
  for (int i = 0; i < 2; i++) {
    check(request(TYPE_READ, 6 + (uint64_t)i, before[i], SECTOR, 0) == 0, "a read succeeds");
    memset(copy, 0, sizeof copy);
    memcpy(copy, i == 0 ? add_one : add_three, sizeof add_one);
    check(request(TYPE_WRITE, 6 + (uint64_t)i, copy, SECTOR, 0) == 0, "a write succeeds");
  }
  uint64_t sum = 0;
  for (int round = 0; round < 20; round++) sum = call_sector(6 + (round & 1), 1000, sum);
  print("called code that the disk wrote: %u\n", sum);
  for (int i = 0; i < 2; i++)
    check(request(TYPE_WRITE, 6 + (uint64_t)i, before[i], SECTOR, 0) == 0, "a write succeeds");
}

int main(void) {
  check(find_disk(), "a block device is in one of the eight slots");
  set_up();
  uint64_t sectors = MMIO64(base + CONFIG_CAPACITY);
  print("disk: %u sectors\n", sectors);

  for (uint64_t sector = 0; sector < sectors; sector += 5) {
    check(request(TYPE_READ, sector, buffer, SECTOR, 0) == 0, "a read succeeds");
    int end = 0;
    while (buffer[end] != '\n' && end < 40) end++;
    buffer[end] = 0;
    print("read: %s\n", (char *)buffer);
  }

  read_code();

  MMIO32(PLIC_PRIORITY(irq)) = 1;
  MMIO32(PLIC_ENABLE) = 1u << irq;
  MMIO32(PLIC_THRESHOLD) = 0;
  CSR_SET(mie, 1 << MACHINE_EXTERNAL);
  for (int i = 0; i < 2 * SECTOR; i++) buffer[i] = (uint8_t)(i * 31 + 7);
  check(request(TYPE_WRITE, 2, buffer, 2 * SECTOR, 1) == 0, "a write of two sectors succeeds");
  check(request(TYPE_FLUSH, 0, 0, 0, 1) == 0, "a flush succeeds");
  check(request(TYPE_READ, 2, copy, 2 * SECTOR, 1) == 0, "a read of two sectors succeeds");
  check(memcmp(buffer, copy, 2 * SECTOR) == 0, "what was written is read back");
  check(request(TYPE_READ, 4, copy, SECTOR, 1) == 0, "a read succeeds");
  check(memcmp(copy, "sector 4\n", 9) == 0, "the sector behind is as it was");
  print("wrote and read back sectors 2 and 3: %d interrupts\n", (int64_t)interrupts);

  memset(copy, 0, sizeof copy);
  check(request(TYPE_GET_ID, 0, copy, 20, 1) == 0, "the device has a name");
  print("refused beyond the end: status %d\n",
        (int64_t)request(TYPE_READ, sectors, buffer, SECTOR, 1));
  print("refused an unknown request: status %d\n",
        (int64_t)request(77, 0, buffer, SECTOR, 1));
  MMIO32(base + STATUS) = 0;
  check(MMIO32(base + STATUS) == 0 && MMIO32(base + QUEUE_READY) == 0, "a reset empties the device");
  print("done\n");
  return 0;
}
