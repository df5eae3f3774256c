/* Benchmark: double precision with divisions and square roots. */
#include "n-body.h"
#include "runtime.h"

#define STEPS 400000

int main(void) {
  double before = energy();
  print("n-body: begin\n");
  uint64_t place = n_body_work(STEPS);
  double after = energy();
  print("n-body: end, energy lost in parts per million %d, place %x\n",
        (int64_t)((before - after) / before * 1e6), place);
  return 0;
}
