/* Benchmark: double precision with divisions and sums. */
#include "runtime.h"
#include "spectral-norm.h"

#define ROUNDS 700

int main(void) {
  print("spectral norm: begin\n");
  print("spectral norm: end, %x\n", spectral_norm_work(ROUNDS));
  return 0;
}
