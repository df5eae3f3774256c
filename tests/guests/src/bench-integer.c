/* Benchmark: the mix of an ordinary program: lists, matrices, text scanning, checksums. */
#include "runtime.h"

#define ROUNDS 10000
#define NODES 256
#define SIZE 16

struct node { struct node *next; uint32_t key, data; };

static struct node nodes[NODES];
static int32_t a[SIZE][SIZE], b[SIZE][SIZE], c[SIZE][SIZE];
static uint32_t crc_table[256];
static char text[512];
static uint32_t seed = 12345;

static uint32_t next_random(void) {
  seed ^= seed << 13;
  seed ^= seed >> 17;
  seed ^= seed << 5;
  return seed;
}

/* Merges two sorted lists. */
static struct node *merge(struct node *left, struct node *right) {
  struct node head, *tail = &head;
  while (left && right) {
    struct node **smaller = left->key <= right->key ? &left : &right;
    tail->next = *smaller;
    tail = tail->next;
    *smaller = (*smaller)->next;
  }
  tail->next = left ? left : right;
  return head.next;
}

static struct node *sort(struct node *list, int count) {
  if (count == 1) {
    list->next = 0;
    return list;
  }
  struct node *middle = list;
  for (int i = 0; i < count / 2; i++) middle = middle->next;
  struct node *right = sort(middle, count - count / 2);
  return merge(sort(list, count / 2), right);
}

static uint32_t checksum(uint32_t crc, const void *data, size_t size) {
  const uint8_t *bytes = data;
  for (size_t i = 0; i < size; i++) crc = crc_table[(crc ^ bytes[i]) & 255] ^ crc >> 8;
  return crc;
}

/* Counts the numbers in a text by a small state machine. */
static int count_numbers(const char *at) {
  enum { OUTSIDE, SIGN, DIGITS, FRACTION, OTHER } state = OUTSIDE;
  int numbers = 0;
  for (;; at++) {
    char ch = *at;
    int digit = ch >= '0' && ch <= '9', end = ch == ',' || ch == 0;
    switch (state) {
      case OUTSIDE: state = digit ? DIGITS : ch == '-' ? SIGN : end ? OUTSIDE : OTHER; break;
      case SIGN: state = digit ? DIGITS : end ? OUTSIDE : OTHER; break;
      case DIGITS:
      case FRACTION:
        if (end) {
          numbers++;
          state = OUTSIDE;
        } else if (ch == '.' && state == DIGITS) {
          state = FRACTION;
        } else if (!digit) {
          state = OTHER;
        }
        break;
      case OTHER: state = end ? OUTSIDE : OTHER; break;
    }
    if (ch == 0) return numbers;
  }
}

int main(void) {
  for (uint32_t i = 0; i < 256; i++) {
    uint32_t value = i;
    for (int bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ value >> 1 : value >> 1;
    crc_table[i] = value;
  }
  uint32_t crc = 0, numbers = 0;
  print("integer: begin\n");
  for (int round = 0; round < ROUNDS; round++) {
    for (int i = 0; i < NODES; i++) {
      nodes[i] = (struct node){i + 1 < NODES ? &nodes[i + 1] : 0, next_random() & 0xffff, i};
    }
    uint32_t place = 0;
    for (struct node *node = sort(nodes, NODES); node; node = node->next) {
      crc += node->data * ++place;
    }
    for (int i = 0; i < SIZE; i++) {
      for (int j = 0; j < SIZE; j++) {
        a[i][j] = (int32_t)(next_random() & 0xff) - 128;
        b[i][j] = a[j][i] + round;
      }
    }
    for (int i = 0; i < SIZE; i++) {
      for (int j = 0; j < SIZE; j++) {
        int32_t sum = 0;
        for (int k = 0; k < SIZE; k++) sum += a[i][k] * b[k][j];
        c[i][j] = sum;
      }
    }
    crc = checksum(crc, c, sizeof c);
    for (size_t i = 0; i + 1 < sizeof text; i++) text[i] = "0123456789-.,,,x"[next_random() & 15];
    numbers += (uint32_t)count_numbers(text);
  }
  print("integer: end, checksum %x, %u numbers\n", (uint64_t)crc, (uint64_t)numbers);
  return 0;
}
