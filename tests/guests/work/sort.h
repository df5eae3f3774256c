/* The same numbers sorted twice: by Shell's method, and by quicksort, which calls itself. */
#ifndef SORT_H
#define SORT_H

#include <stdint.h>

#define SORT_NUMBERS 16384

static void sort_fill(int32_t *numbers, uint32_t seed) {
  for (int i = 0; i < SORT_NUMBERS; i++) {
    seed = seed * 1664525 + 1013904223;
    numbers[i] = (int32_t)(seed >> 1) - (int32_t)(seed << 7 & 0x3fffffff);
  }
}

static void shell_sort(int32_t *numbers, int count) {
  int gap = 1;
  while (gap < count / 3) gap = 3 * gap + 1;
  for (; gap > 0; gap /= 3) {
    for (int i = gap; i < count; i++) {
      int32_t number = numbers[i];
      int j = i;
      for (; j >= gap && numbers[j - gap] > number; j -= gap) numbers[j] = numbers[j - gap];
      numbers[j] = number;
    }
  }
}

static void quick_sort(int32_t *first, int32_t *last) {
  while (first < last) {
    int32_t pivot = first[(last - first) / 2], *low = first, *high = last;
    while (low <= high) {
      while (*low < pivot) low++;
      while (*high > pivot) high--;
      if (low > high) break;
      int32_t number = *low;
      *low++ = *high;
      *high-- = number;
    }
    quick_sort(first, high);
    first = low;
  }
}

static uint64_t sort_checksum(const int32_t *numbers) {
  uint64_t sum = 0;
  for (int i = 0; i < SORT_NUMBERS; i++) sum = sum * 31 + (uint32_t)numbers[i];
  return sum;
}

/* `numbers` has SORT_NUMBERS places. Returns 0 if the two methods ever disagree. */
static uint64_t sort_work(uint64_t rounds, int32_t *numbers) {
  uint64_t sum = 0;
  for (uint32_t round = 0; round < rounds; round++) {
    sort_fill(numbers, round);
    shell_sort(numbers, SORT_NUMBERS);
    uint64_t one = sort_checksum(numbers);
    sort_fill(numbers, round);
    quick_sort(numbers, numbers + SORT_NUMBERS - 1);
    if (sort_checksum(numbers) != one) return 0;
    sum ^= one + round;
  }
  return sum;
}

#endif
