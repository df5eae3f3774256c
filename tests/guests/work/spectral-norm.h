/* The largest singular value of a matrix whose entries are computed: divisions, sums, no memory. */
#ifndef SPECTRAL_NORM_H
#define SPECTRAL_NORM_H

#include <stdint.h>

#define SPECTRAL_SIZE 100

static double spectral_entry(int row, int column) {
  int diagonal = row + column;
  return 1.0 / (double)(diagonal * (diagonal + 1) / 2 + row + 1);
}

/* to = A from, or the transpose of A. */
static void spectral_multiply(double *to, const double *from, int is_transposed) {
  for (int i = 0; i < SPECTRAL_SIZE; i++) {
    double sum = 0;
    for (int j = 0; j < SPECTRAL_SIZE; j++) {
      sum += (is_transposed ? spectral_entry(j, i) : spectral_entry(i, j)) * from[j];
    }
    to[i] = sum;
  }
}

/* Power method on A'A; returns the bits of the quotient u'v by v'v, the norm's square. */
static uint64_t spectral_norm_work(uint64_t rounds) {
  static double u[SPECTRAL_SIZE], v[SPECTRAL_SIZE], between[SPECTRAL_SIZE];
  for (int i = 0; i < SPECTRAL_SIZE; i++) u[i] = 1;
  for (uint64_t round = 0; round < rounds; round++) {
    spectral_multiply(between, u, 0);
    spectral_multiply(v, between, 1);
    spectral_multiply(between, v, 0);
    spectral_multiply(u, between, 1);
    /* Keeps the numbers in range, however many rounds there are. */
    double largest = u[0];
    for (int i = 0; i < SPECTRAL_SIZE; i++) u[i] /= largest, v[i] /= largest;
  }
  double product = 0, square = 0;
  for (int i = 0; i < SPECTRAL_SIZE; i++) {
    product += u[i] * v[i];
    square += v[i] * v[i];
  }
  union { double value; uint64_t bits; } norm = {product / square};
  return norm.bits;
}

#endif
