/* Five bodies attract each other, in double precision; the energy tells whether all is well. */
#ifndef N_BODY_H
#define N_BODY_H

#include <stdint.h>

#define BODIES 5
#define STEP 0.001

struct body { double position[3], velocity[3], mass; };

/* A heavy body in the middle and four light ones on wide orbits, in round units. */
static struct body bodies[BODIES] = {
  {{0, 0, 0}, {0, 0, 0}, 40},
  {{5, 0, 0.5}, {0, 2.75, 0.125}, 0.04},
  {{0, 9, -0.25}, {-2, 0, 0.0625}, 0.01},
  {{-13, 0, 1}, {0, -1.75, 0}, 0.002},
  {{0, -17, -1}, {1.5, 0, 0.03125}, 0.002},
};

/* Square root without a library: the instruction itself. */
static double square_root(double value) {
  double root;
  __asm__("fsqrt.d %0, %1" : "=f"(root) : "f"(value));
  return root;
}

static double separation(const struct body *a, const struct body *b, double *between) {
  double square = 0;
  for (int axis = 0; axis < 3; axis++) {
    between[axis] = a->position[axis] - b->position[axis];
    square += between[axis] * between[axis];
  }
  return square_root(square);
}

static inline double energy(void) {
  double sum = 0, between[3];
  for (int i = 0; i < BODIES; i++) {
    for (int axis = 0; axis < 3; axis++) {
      double velocity = bodies[i].velocity[axis];
      sum += 0.5 * bodies[i].mass * velocity * velocity;
    }
    for (int j = i + 1; j < BODIES; j++) {
      sum -= bodies[i].mass * bodies[j].mass / separation(&bodies[i], &bodies[j], between);
    }
  }
  return sum;
}

static void advance(double time) {
  double between[3];
  for (int i = 0; i < BODIES; i++) {
    for (int j = i + 1; j < BODIES; j++) {
      struct body *a = &bodies[i], *b = &bodies[j];
      double distance = separation(a, b, between);
      double pull = time / (distance * distance * distance);
      for (int axis = 0; axis < 3; axis++) {
        a->velocity[axis] -= between[axis] * b->mass * pull;
        b->velocity[axis] += between[axis] * a->mass * pull;
      }
    }
  }
  for (int i = 0; i < BODIES; i++) {
    for (int axis = 0; axis < 3; axis++) {
      bodies[i].position[axis] += time * bodies[i].velocity[axis];
    }
  }
}

/* Returns the bits of where a body is afterwards. */
static uint64_t n_body_work(uint64_t steps) {
  for (uint64_t step = 0; step < steps; step++) advance(STEP);
  union { double value; uint64_t bits; } place = {bodies[1].position[0]};
  return place.bits;
}

#endif
