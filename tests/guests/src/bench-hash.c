/* Benchmark: SHA-256 and CRC-32. */
#include "hash.h"
#include "runtime.h"

#define ROUNDS 200

int main(void) {
  print("hash: begin\n");
  print("hash: end, %x\n", hash_work(ROUNDS, (uint8_t *)free_memory));
  return 0;
}
