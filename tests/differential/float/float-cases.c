/*
 * The host's arithmetic as an oracle: floating-point operations of RISC-V with their results and
 * flags, as the host's processor and its compiler's library compute them.
 *
 *     float-cases MNEMONIC SEED COUNT > cases
 *
 * COUNT is of the random operands that come after the systematic ones: all classes with all classes
 * for two and three operands; every exponent with telling fractions for one, or all 65,536 patterns
 * where they are halves. Each in all five rounding modes, where the instruction has one. A case has
 * 40 bytes, little-endian: the register images of the three operands and of the result (64 bits
 * each), the rounding mode, the flags as in `fflags`, and six bytes of nothing.
 *
 * Where the numbers come from:
 *  - The exact result of an operation on finite numbers is computed in binary128 towards zero; that
 *    it was inexact says whether something is left behind its 113 bits. These hold products of
 *    doubles exactly, and what is rounded to odd at two bits more than a format has can be rounded
 *    to the format as if it were exact (Boldo and Melquiond, 2008).
 *  - `round_to` rounds that to any of the three formats in any of the five modes. Underflow is tiny
 *X
 *  - For singles and doubles in the four modes that SSE has, every result and every flag is compared
 *    with the processor's own. So what stands behind halves and behind ties to the larger magnitude,
 *    which it does not have, is code that agrees with it millions of times. The same for conversions.
 *  - NaNs are RISC-V's own matter: they are canonical, and an infinity times zero is invalid whatever
 *    is added to it.
 *
 * Ends with status 2 for an operation that it does not know, with 3 where it contradicts the
 * processor.
 */
#include <fenv.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef unsigned __int128 u128;
typedef __float128 quad;

enum { NX = 1, UF = 2, OF = 4, DZ = 8, NV = 16 };
enum { RNE, RTZ, RDN, RUP, RMM };
static const int host_mode[] = {FE_TONEAREST, FE_TOWARDZERO, FE_DOWNWARD, FE_UPWARD};

typedef struct {
  char letter;
  int bits, fraction, bias;
} Format;
static const Format formats[] = {{'h', 16, 10, 15}, {'s', 32, 23, 127}, {'d', 64, 52, 1023}};

typedef struct {
  uint64_t bits;
  int flags;
} Result;

/* Patterns */

static uint64_t ones(int count) { return count == 64 ? ~0ull : (1ull << count) - 1; }
static uint64_t sign_bit(const Format *f) { return 1ull << (f->bits - 1); }
static uint64_t infinity(const Format *f) { return (2ull * f->bias + 1) << f->fraction; }
static uint64_t canonical_nan(const Format *f) { return infinity(f) | 1ull << (f->fraction - 1); }
static uint64_t magnitude(const Format *f, uint64_t x) { return x & ~sign_bit(f); }
static int is_nan(const Format *f, uint64_t x) { return magnitude(f, x) > infinity(f); }
static int is_infinite(const Format *f, uint64_t x) { return magnitude(f, x) == infinity(f); }
static int is_zero(const Format *f, uint64_t x) { return magnitude(f, x) == 0; }
static int is_negative(const Format *f, uint64_t x) { return (x & sign_bit(f)) != 0; }
static int is_signaling(const Format *f, uint64_t x) {
  return is_nan(f, x) && !(x >> (f->fraction - 1) & 1);
}

static uint64_t boxed(const Format *f, uint64_t x) {
  return f->bits == 64 ? x : ~ones(f->bits) | x;
}
/* What is not boxed stands for the canonical NaN. */
static uint64_t unboxed(const Format *f, uint64_t image) {
  if (f->bits == 64) return image;
  return image >> f->bits == ones(64 - f->bits) ? image & ones(f->bits) : canonical_nan(f);
}

static float float_of(uint64_t x) {
  uint32_t low = (uint32_t)x;
  float value;
  memcpy(&value, &low, 4);
  return value;
}
static uint64_t bits_of_float(float value) {
  uint32_t low;
  memcpy(&low, &value, 4);
  return low;
}
static double double_of(uint64_t x) {
  double value;
  memcpy(&value, &x, 8);
  return value;
}
static uint64_t bits_of_double(double value) {
  uint64_t x;
  memcpy(&x, &value, 8);
  return x;
}
/* Any number of a format is a double. */
static double number_of(const Format *f, uint64_t x) {
  if (f->bits == 64) return double_of(x);
  if (f->bits == 32) return float_of(x);
  int field = x >> 10 & 31;
  double value = field == 31 ? ((x & 1023) ? NAN : INFINITY)
                             : ldexp((double)(field ? 1024 | (x & 1023) : x & 1023),
                                     (field ? field : 1) - 25);
  return is_negative(f, x) ? -value : value;
}

/* Rounding */

static int goes_up(int mode, int negative, int odd, int to_half, int inexact) {
  switch (mode) {
    case RNE: return to_half > 0 || (to_half == 0 && odd);
    case RTZ: return 0;
    case RDN: return negative && inexact;
    case RUP: return !negative && inexact;
    default: return to_half >= 0;
  }
}

typedef struct {
  u128 kept;
  int inexact;
} Cut;

/* m without its lowest `drop` bits, rounded; `rest` says that m is a little too small. */
static Cut cut(u128 m, int drop, int rest, int negative, int mode) {
  if (drop <= 0) return (Cut){m << -drop, rest};
  u128 kept = drop < 128 ? m >> drop : 0;
  u128 below = drop < 128 ? m & (((u128)1 << drop) - 1) : m;
  int inexact = below != 0 || rest;
  int to_half = -1;
  if (drop <= 128) {
    u128 half = (u128)1 << (drop - 1);
    to_half = below > half ? 1 : below < half ? -1 : rest ? 1 : 0;
  }
  return (Cut){kept + goes_up(mode, negative, kept & 1, to_half, inexact), inexact};
}

/* ±m · 2^e to a format. */
static Result round_to(const Format *f, int negative, u128 m, int e, int rest, int mode) {
  uint64_t sign = negative ? sign_bit(f) : 0;
  if (m == 0) return (Result){sign, 0};
  while (!(m >> 127)) m <<= 1, e--;
  int leading = e + 127, smallest = 1 - f->bias, precision = f->fraction + 1;
  int missing = leading < smallest ? smallest - leading : 0;
  Cut own = cut(m, 128 - precision + missing, rest, negative, mode);
  Cut free = cut(m, 128 - precision, rest, negative, mode);
  int tiny = leading + (free.kept >> precision != 0) < smallest;
  /* The leading one adds itself to the exponent. */
  uint64_t above = missing ? 0 : (uint64_t)(leading - smallest);
  if (above > 2u * f->bias || (above << f->fraction) + own.kept >= infinity(f)) {
    int away = mode == RNE || mode == RMM || mode == (negative ? RDN : RUP);
    return (Result){sign | (infinity(f) - !away), OF | NX};
  }
  uint64_t x = (above << f->fraction) + (uint64_t)own.kept;
  return (Result){sign | x, own.inexact ? NX | (tiny ? UF : 0) : 0};
}

static Result round_quad(const Format *f, quad value, int rest, int mode) {
  u128 x;
  memcpy(&x, &value, 16);
  int field = (int)(x >> 112) & 0x7fff;
  u128 fraction = x & (((u128)1 << 112) - 1);
  u128 m = field ? fraction | (u128)1 << 112 : fraction;
  return round_to(f, (int)(x >> 127), m, (field ? field : 1) - 16383 - 112, rest, mode);
}

/* The processor */

static int flags_of_host(void) {
  int raised = fetestexcept(FE_ALL_EXCEPT);
  return (raised & FE_INVALID ? NV : 0) | (raised & FE_DIVBYZERO ? DZ : 0) |
         (raised & FE_OVERFLOW ? OF : 0) | (raised & FE_UNDERFLOW ? UF : 0) |
         (raised & FE_INEXACT ? NX : 0);
}

static void listen(int mode) {
  feclearexcept(FE_ALL_EXCEPT);
  fesetround(mode);
}

static int hear(void) {
  int flags = flags_of_host();
  fesetround(FE_TONEAREST);
  return flags;
}

#define ARITHMETIC(type, name, root, fused)                                          \
  __attribute__((noinline)) static type name(char op, type a, type b, type c) {      \
    volatile type x = a, y = b, z = c, result;                                       \
    switch (op) {                                                                    \
      case '+': result = x + y; break;                                               \
      case '-': result = x - y; break;                                               \
      case '*': result = x * y; break;                                               \
      case '/': result = x / y; break;                                               \
      case 'r': result = root(x); break;                                             \
      default: result = fused(x, y, z);                                              \
    }                                                                                \
    return result;                                                                   \
  }
static quad no_root(quad x) { return x; }
/* The product of two doubles is exact. */
static quad multiply_add(quad x, quad y, quad z) { return x * y + z; }
ARITHMETIC(float, in_single, sqrtf, fmaf)
ARITHMETIC(double, in_double, sqrt, fma)
ARITHMETIC(quad, in_quad, no_root, multiply_add)

static void contradiction(const char *what, uint64_t a, uint64_t b, uint64_t c, int mode,
                          Result ours, Result host) {
  fprintf(stderr, "%s of %016llx %016llx %016llx in mode %d is %llx flags %d, not %llx flags %d\n",
          what, (unsigned long long)a, (unsigned long long)b, (unsigned long long)c, mode,
          (unsigned long long)host.bits, host.flags, (unsigned long long)ours.bits, ours.flags);
  exit(3);
}

/* Operations */

static Result invalid(const Format *f) { return (Result){canonical_nan(f), NV}; }

/* The square root of an even power of two times an integer, bit by bit. */
static Result exact_root(const Format *f, uint64_t a, int mode) {
  int exponent;
  double m = frexp(number_of(f, a), &exponent);
  uint64_t integer = (uint64_t)ldexp(m, 53);
  exponent -= 53;
  u128 radicand = (u128)integer << (exponent & 1 ? 73 : 72);
  exponent = (exponent - (exponent & 1 ? 73 : 72)) / 2;
  u128 root = 0;
  for (int bit = 63; bit >= 0; bit--) {
    u128 next = root | (u128)1 << bit;
    if (next * next <= radicand) root = next;
  }
  return round_to(f, 0, root, exponent, root * root != radicand, mode);
}

static Result arithmetic(const Format *f, char op, uint64_t a, uint64_t b, uint64_t c, int mode) {
  int arity = op == 'r' ? 1 : op == 'f' ? 3 : 2;
  int any_nan = is_nan(f, a) || (arity > 1 && is_nan(f, b)) || (arity > 2 && is_nan(f, c));
  int any_signaling = is_signaling(f, a) || (arity > 1 && is_signaling(f, b)) ||
                      (arity > 2 && is_signaling(f, c));
  int no_product = op == 'f' && ((is_infinite(f, a) && is_zero(f, b)) ||
                                 (is_zero(f, a) && is_infinite(f, b)));
  if (any_nan || no_product) {
    return (Result){canonical_nan(f), any_signaling || no_product ? NV : 0};
  }
  Result result;
  double x = number_of(f, a), y = number_of(f, b), z = number_of(f, c);
  if (op == 'r') {
    if (is_zero(f, a)) result = (Result){a, 0};
    else if (is_negative(f, a)) result = invalid(f);
    else if (is_infinite(f, a)) result = (Result){a, 0};
    else result = exact_root(f, a, mode);
  } else if (op == '/' && is_zero(f, b) && !is_zero(f, a) && !is_infinite(f, a)) {
    result = (Result){infinity(f) | ((a ^ b) & sign_bit(f)), DZ};
  } else {
    listen(FE_TOWARDZERO);
    quad exact = in_quad(op, x, y, z);
    int raised = hear();
    if (exact == 0 && mode == RDN) {
      listen(FE_DOWNWARD);
      exact = in_quad(op, x, y, z);
      hear();
    }
    if (exact != exact) result = invalid(f);
    else if (__builtin_isinf_sign(exact)) {
      result = (Result){infinity(f) | (exact < 0 ? sign_bit(f) : 0), 0};
    } else result = round_quad(f, exact, (raised & NX) != 0, mode);
  }
  if (f->bits > 16 && mode != RMM) {
    Result host;
    listen(host_mode[mode]);
    if (f->bits == 32) {
      float value = in_single(op, (float)x, (float)y, (float)z);
      host.flags = hear();
      host.bits = value != value ? canonical_nan(f) : bits_of_float(value);
    } else {
      double value = in_double(op, x, y, z);
      host.flags = hear();
      host.bits = value != value ? canonical_nan(f) : bits_of_double(value);
    }
    if (host.bits != result.bits || host.flags != result.flags) {
      contradiction("arithmetic", a, b, c, mode, result, host);
    }
  }
  return result;
}

static Result convert(const Format *to, const Format *from, uint64_t a, int mode) {
  if (is_nan(from, a)) return (Result){canonical_nan(to), is_signaling(from, a) ? NV : 0};
  double x = number_of(from, a);
  Result result = isinf(x) ? (Result){infinity(to) | (x < 0 ? sign_bit(to) : 0), 0}
                           : round_quad(to, x, 0, mode);
  if (to->bits == 32 && mode != RMM) {
    Result host;
    volatile double wide = x;
    listen(host_mode[mode]);
    volatile float narrow = (float)wide;
    host.flags = hear();
    host.bits = bits_of_float(narrow);
    if (host.bits != result.bits || host.flags != result.flags) {
      contradiction("narrowing", a, 0, 0, mode, result, host);
    }
  }
  return result;
}

/* To an integral number, without flags. */
static double integral(double x, int mode) {
  if (mode == RMM) return round(x);
  volatile double given = x;
  fesetround(host_mode[mode]);
  volatile double result = nearbyint(given);
  fesetround(FE_TONEAREST);
  return result;
}

static Result to_integral(const Format *f, uint64_t a, int says_inexact, int mode) {
  if (is_nan(f, a)) return (Result){canonical_nan(f), is_signaling(f, a) ? NV : 0};
  double x = number_of(f, a), whole = integral(x, mode);
  /* Halves and singles are doubles, and so are integers near them. */
  Result result = isinf(x) ? (Result){a, 0} : round_quad(f, whole, 0, RNE);
  return (Result){result.bits, says_inexact && whole != x ? NX : 0};
}

static Result to_integer(const Format *f, uint64_t a, int bits, int is_signed, int mode) {
  double lowest = is_signed ? -ldexp(1, bits - 1) : 0, limit = ldexp(1, is_signed ? bits - 1 : bits);
  uint64_t highest = ones(is_signed ? bits - 1 : bits);
  uint64_t smallest = is_signed ? ~ones(bits - 1) : 0;
  double x = number_of(f, a), whole = is_nan(f, a) ? 0 : integral(x, mode);
  Result result;
  if (is_nan(f, a) || whole >= limit) result = (Result){highest, NV};
  else if (whole < lowest) result = (Result){smallest, NV};
  else {
    result.bits = whole < 0 ? (uint64_t)(int64_t)whole : (uint64_t)whole;
    result.flags = whole != x ? NX : 0;
    if (is_signed && bits == 64 && mode != RMM) {
      Result host;
      volatile double given = x;
      listen(host_mode[mode]);
      host.bits = (uint64_t)llrint(given);
      host.flags = hear();
      if (host.bits != result.bits || host.flags != result.flags) {
        contradiction("conversion to an integer", a, 0, 0, mode, result, host);
      }
    }
  }
  if (bits == 32) result.bits = (uint64_t)(int64_t)(int32_t)result.bits;
  return result;
}

static Result from_integer(const Format *f, uint64_t a, int bits, int is_signed, int mode) {
  int64_t value = bits == 32 ? (int32_t)a : (int64_t)a;
  int negative = is_signed && value < 0;
  uint64_t size = bits == 32 && !is_signed ? (uint32_t)a : (uint64_t)value;
  Result result = round_to(f, negative, negative ? -size : size, 0, 0, mode);
  if (is_signed && f->bits > 16 && mode != RMM) {
    Result host;
    volatile int64_t given = value;
    listen(host_mode[mode]);
    if (f->bits == 32) {
      volatile float converted = (float)given;
      host.bits = bits_of_float(converted);
    } else {
      volatile double converted = (double)given;
      host.bits = bits_of_double(converted);
    }
    host.flags = hear();
    if (host.bits != result.bits || host.flags != result.flags) {
      contradiction("conversion of an integer", a, 0, 0, mode, result, host);
    }
  }
  return result;
}

static Result modular(uint64_t a) {
  const Format *f = &formats[2];
  int flags = to_integer(f, a, 32, 1, RTZ).flags;
  double x = number_of(f, a);
  if (!isfinite(x)) return (Result){0, flags};
  double low = fmod(trunc(x), 4294967296.0);
  return (Result){(uint64_t)(int64_t)(int32_t)(uint32_t)(int64_t)low, flags};
}

static Result compare(const Format *f, const char *name, uint64_t a, uint64_t b) {
  int quiet = !strcmp(name, "feq") || !strcmp(name, "fleq") || !strcmp(name, "fltq");
  if (is_nan(f, a) || is_nan(f, b)) {
    return (Result){0, !quiet || is_signaling(f, a) || is_signaling(f, b) ? NV : 0};
  }
  double x = number_of(f, a), y = number_of(f, b);
  return (Result){name[1] == 'e' ? x == y : name[2] == 't' ? x < y : x <= y, 0};
}

static Result smaller_or_larger(const Format *f, const char *name, uint64_t a, uint64_t b) {
  int flags = is_signaling(f, a) || is_signaling(f, b) ? NV : 0;
  int nan_wins = strlen(name) == 5;
  if (is_nan(f, a) && is_nan(f, b)) return (Result){canonical_nan(f), flags};
  if (is_nan(f, a) || is_nan(f, b)) {
    return (Result){nan_wins ? canonical_nan(f) : is_nan(f, a) ? b : a, flags};
  }
  double x = number_of(f, a), y = number_of(f, b);
  int a_is_less = x < y || (x == y && is_negative(f, a));
  return (Result){a_is_less == !strncmp(name, "fmin", 4) ? a : b, flags};
}

static Result classify(const Format *f, uint64_t a) {
  if (is_nan(f, a)) return (Result){is_signaling(f, a) ? 1 << 8 : 1 << 9, 0};
  double x = number_of(f, a), smallest_normal = ldexp(1, 1 - f->bias);
  int place = isinf(x) ? 7 : x == 0 ? 4 : fabs(x) < smallest_normal ? 5 : 6;
  return (Result){1u << (signbit(x) ? 7 - place : place), 0};
}

/* Operands */

static uint64_t state;
static uint64_t next_random(void) {
  /* SplitMix64 (Steele, Lea and Flood, 2014). */
  uint64_t z = state += 0x9e3779b97f4a7c15ull;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
  z = (z ^ z >> 27) * 0x94d049bb133111ebull;
  return z ^ z >> 31;
}
static int below(int limit) { return (int)(next_random() % (uint64_t)limit); }

static uint64_t compose(const Format *f, int field, uint64_t fraction, int negative) {
  int most = 2 * f->bias + 1;
  field = field < 0 ? 0 : field > most ? most : field;
  return (negative ? sign_bit(f) : 0) | (uint64_t)field << f->fraction |
         (fraction & ones(f->fraction));
}

static uint64_t random_fraction(const Format *f) {
  switch (below(6)) {
    case 0: return 0;
    case 1: return below(4);
    case 2: return ones(f->fraction) - below(4);
    case 3: return 1ull << below(f->fraction) | 1ull << below(f->fraction);
    case 4: return next_random() << (f->fraction - f->fraction / 2 + 1);
    default: return next_random();
  }
}

static uint64_t random_number(const Format *f) {
  int most = 2 * f->bias + 1, field;
  switch (below(6)) {
    case 0: field = below(most + 1); break;
    case 1: field = below(4); break;
    case 2: field = most - below(3); break;
    case 3: field = f->bias - f->fraction + below(2 * f->fraction); break;
    case 4: field = f->bias + below(7) - 3; break;
    default: field = f->bias + below(68) - 2;
  }
  return compose(f, field, random_fraction(f), below(2));
}

/* A number that nearly cancels with another one, or goes with it to an end of the range. */
static uint64_t partner(const Format *f, uint64_t a) {
  int field = (int)(magnitude(f, a) >> f->fraction), low = below(f->fraction + 6) - f->fraction - 3;
  switch (below(7)) {
    case 0: return (a + below(7) - 3) ^ sign_bit(f);
    case 1: field += below(7) - 3; break;
    case 2: field = f->bias + low - field; break;
    case 3: field = field + f->bias - low; break;
    case 4: field = 3 * f->bias - field + below(4); break;
    case 5: field = field - f->bias + below(4); break;
    default: field += below(2 * f->fraction + 6) - f->fraction - 3;
  }
  return compose(f, field, random_fraction(f), below(2));
}

static uint64_t third(const Format *f, uint64_t a, uint64_t b) {
  if (is_nan(f, a) || is_nan(f, b) || below(5) == 0) return random_number(f);
  uint64_t product = arithmetic(f, '*', a, b, 0, below(2) ? RTZ : RNE).bits & ones(f->bits);
  int by = below(3 * f->fraction + 9) - 3 * f->fraction / 2 - 4;
  if (below(2)) product ^= sign_bit(f);
  if (below(2)) return product + below(5) - 2;
  return compose(f, (int)(magnitude(f, product) >> f->fraction) + by, random_fraction(f),
                 is_negative(f, product));
}

/* A register that holds the number, or now and then one that is no box. */
static uint64_t image(const Format *f, uint64_t x) {
  x &= ones(f->bits);
  if (f->bits == 64 || below(64)) return boxed(f, x);
  return below(2) ? x : (boxed(f, x) ^ 1ull << (f->bits + below(64 - f->bits)));
}

#define MOST_OPERANDS 100000
typedef struct {
  int count;
  uint64_t values[MOST_OPERANDS];
} Operands;

static void put(Operands *list, uint64_t value) {
  if (list->count == MOST_OPERANDS) abort();
  list->values[list->count++] = value;
}

/* Each class with its neighbours; few for three operands. */
static void list_classes(Operands *list, const Format *f, int few) {
  uint64_t normal = 1ull << f->fraction, one = (uint64_t)f->bias << f->fraction;
  uint64_t inf = infinity(f), quiet = normal >> 1;
  uint64_t always[] = {0, 1, normal - 1, normal, one - 1, one, one + 1, one + quiet + 1,
                       one + (uint64_t)(f->fraction + 1) * normal, inf - 1, inf,
                       inf | quiet, inf | 1, (uint64_t)(f->bias / 2) << f->fraction | 3};
  uint64_t also[] = {2, 3, quiet, quiet - 1, normal + 1, 2 * normal, 2 * normal - 1, one - normal,
                     one + quiet, one + normal, one + normal - 1, one + 2 * normal - 1,
                     normal * (uint64_t)(f->fraction + 2), inf - normal, inf - quiet,
                     inf | quiet | 5, inf | (quiet - 1), inf | (normal - 1)};
  for (int negative = 0; negative < 2; negative++) {
    uint64_t sign = negative ? sign_bit(f) : 0;
    for (unsigned i = 0; i < sizeof always / 8; i++) put(list, boxed(f, sign | always[i]));
    for (unsigned i = 0; i < sizeof also / 8 && !few; i++) put(list, boxed(f, sign | also[i]));
  }
  if (f->bits < 64) put(list, one);
}

/* All halves; of the others every exponent with fractions around halves of integers and of ulps. */
static void list_all(Operands *list, const Format *f) {
  if (f->bits == 16) {
    for (uint64_t x = 0; x < 65536; x++) put(list, boxed(f, x));
    put(list, 0x3c00);
    return;
  }
  int most = 2 * f->bias + 1;
  for (int field = 0; field <= most; field++) {
    /* All exponents at which integers begin and end, and a part of the others. */
    int near = abs(field - f->bias) < 70 || field < 60 || field > most - 4;
    if (!near && f->bits == 64 && field % 8 != 0 && abs(abs(field - f->bias) - 130) > 30) continue;
    int unit = f->fraction - (field - f->bias);
    for (int negative = 0; negative < 2; negative++) {
      uint64_t fractions[] = {0, 1, ones(f->fraction), ones(f->fraction) - 1,
                              1ull << (f->fraction - 1), (1ull << (f->fraction - 1)) - 1,
                              (1ull << (f->fraction - 1)) + 1, next_random()};
      for (int i = 0; i < 8; i++) put(list, boxed(f, compose(f, field, fractions[i], negative)));
      /* The bit worth one half, alone, with the one above it, and with something behind. */
      for (int place = unit - 1; place > 0 && place < f->fraction && place > unit - 2; place--) {
        uint64_t half = 1ull << place;
        put(list, boxed(f, compose(f, field, half, negative)));
        put(list, boxed(f, compose(f, field, half | half << 1, negative)));
        put(list, boxed(f, compose(f, field, half | 1, negative)));
        put(list, boxed(f, compose(f, field, half - 1, negative)));
        put(list, boxed(f, compose(f, field, ones(f->fraction) & ~(half - 1), negative)));
      }
    }
  }
  put(list, boxed(f, 0) ^ 1ull << 63 ^ (f->bits == 64 ? 1ull << 63 : 0));
}

static void list_integers(Operands *list) {
  for (int k = 0; k < 64; k++) {
    for (int near = -2; near <= 2; near++) {
      uint64_t power = (1ull << k) + (uint64_t)(int64_t)near;
      put(list, power);
      put(list, -power);
      for (int i = 0; i < 3; i++) {
        int half = k - formats[i].fraction - 1;
        if (half < 0) continue;
        put(list, (1ull << k) + (1ull << half) + (uint64_t)(int64_t)near);
        put(list, (1ull << k) + (3ull << half) + (uint64_t)(int64_t)near);
        put(list, -((1ull << k) + (1ull << half) + (uint64_t)(int64_t)near));
      }
    }
  }
}

static uint64_t random_integer(void) {
  uint64_t value = next_random() >> below(64);
  return below(2) ? value : -value;
}

/* Mnemonics */

typedef struct {
  const char *name;
  int arity, rounds;
} Kind;
static const Kind kinds[] = {
    {"fadd", 2, 1},    {"fsub", 2, 1},     {"fmul", 2, 1},    {"fdiv", 2, 1},    {"fsqrt", 1, 1},
    {"fmadd", 3, 1},   {"fmsub", 3, 1},    {"fnmsub", 3, 1},  {"fnmadd", 3, 1},  {"fmin", 2, 0},
    {"fmax", 2, 0},    {"fminm", 2, 0},    {"fmaxm", 2, 0},   {"feq", 2, 0},     {"flt", 2, 0},
    {"fle", 2, 0},     {"fltq", 2, 0},     {"fleq", 2, 0},    {"fsgnj", 2, 0},   {"fsgnjn", 2, 0},
    {"fsgnjx", 2, 0},  {"fclass", 1, 0},   {"fround", 1, 1},  {"froundnx", 1, 1}, {"fcvt", 1, 1},
    {"fcvtmod", 1, 0}, {"fmv", 1, 0},
};

typedef struct {
  const Kind *kind;
  /* Null where it is an integer register. */
  const Format *to, *from;
  int integer_bits, integer_signed;
} Operation;

static const Format *format_of(const char *letters) {
  for (int i = 0; i < 3; i++) {
    if (letters[0] == formats[i].letter && letters[1] == 0) return &formats[i];
  }
  return NULL;
}

static Operation parse(const char *mnemonic) {
  char text[32] = {0};
  strncpy(text, mnemonic, sizeof text - 1);
  Operation o = {0};
  char *name = strtok(text, "."), *first = strtok(NULL, "."), *second = strtok(NULL, ".");
  for (unsigned i = 0; name && i < sizeof kinds / sizeof *kinds; i++) {
    if (!strcmp(kinds[i].name, name)) o.kind = &kinds[i];
  }
  if (!o.kind || !first) exit(2);
  int is_move = !strcmp(name, "fmv");
  if (!second) {
    o.to = o.from = format_of(first);
    if (!o.to) exit(2);
    return o;
  }
  /* A move's `w` is a single. */
  if (is_move && !strcmp(first, "w")) first = "s";
  if (is_move && !strcmp(second, "w")) second = "s";
  o.to = format_of(first);
  o.from = format_of(second);
  const char *integer = o.to ? second : first;
  if (!o.to || !o.from) {
    o.integer_bits = integer[0] == 'w' ? 32 : 64;
    o.integer_signed = integer[1] != 'u';
  }
  if (!o.to && !o.from) exit(2);
  return o;
}

static Result moved(const Operation *o, uint64_t a) {
  if (o->to) return (Result){boxed(o->to, a & ones(o->to->bits)), 0};
  uint64_t sign = sign_bit(o->from), x = a & ones(o->from->bits);
  return (Result){(x ^ sign) - sign, 0};
}

/* From register images to a register image. */
static Result execute(const Operation *o, const uint64_t *images, int mode) {
  const char *name = o->kind->name;
  if (!strcmp(name, "fmv")) return moved(o, images[0]);
  const Format *f = o->from ? o->from : o->to;
  uint64_t a = o->from ? unboxed(f, images[0]) : images[0];
  uint64_t b = unboxed(f, images[1]), c = unboxed(f, images[2]), sign = sign_bit(f);
  Result r;
  if (!strcmp(name, "fcvtmod")) return modular(a);
  if (!strcmp(name, "fcvt")) {
    if (!o->to) return to_integer(f, a, o->integer_bits, o->integer_signed, mode);
    r = o->from ? convert(o->to, f, a, mode)
                : from_integer(f, a, o->integer_bits, o->integer_signed, mode);
  } else if (!strcmp(name, "fclass")) return classify(f, a);
  else if (!strncmp(name, "feq", 3) || !strncmp(name, "fl", 2)) return compare(f, name, a, b);
  else if (!strncmp(name, "fmin", 4) || !strncmp(name, "fmax", 4)) {
    r = smaller_or_larger(f, name, a, b);
  } else if (!strncmp(name, "fround", 6)) r = to_integral(f, a, strlen(name) == 8, mode);
  else if (!strcmp(name, "fsgnj")) r = (Result){(a & ~sign) | (b & sign), 0};
  else if (!strcmp(name, "fsgnjn")) r = (Result){(a & ~sign) | (~b & sign), 0};
  else if (!strcmp(name, "fsgnjx")) r = (Result){a ^ (b & sign), 0};
  else if (o->kind->arity == 3) {
    int negates_product = name[1] == 'n', subtracts = !strcmp(name, "fmsub") || !strcmp(name, "fnmadd");
    r = arithmetic(f, 'f', negates_product ? a ^ sign : a, b, subtracts ? c ^ sign : c, mode);
  } else {
    char op = name[1] == 'a' ? '+' : name[1] == 'm' ? '*' : name[1] == 'd' ? '/'
                                   : name[2] == 'u' ? '-' : 'r';
    r = arithmetic(f, op, a, b, 0, mode);
  }
  return (Result){boxed(o->to, r.bits), r.flags};
}

static void emit(const Operation *o, uint64_t a, uint64_t b, uint64_t c) {
  uint64_t images[] = {a, b, c};
  for (int mode = 0; mode < (o->kind->rounds ? 5 : 1); mode++) {
    Result r = execute(o, images, mode);
    uint64_t record[] = {a, b, c, r.bits, (uint64_t)mode | (uint64_t)r.flags << 8};
    fwrite(record, 8, 5, stdout);
  }
}

int main(int count, char **words) {
  if (count != 4) return 1;
  Operation o = parse(words[1]);
  state = strtoull(words[2], NULL, 10);
  int randoms = atoi(words[3]), arity = o.kind->arity;
  const Format *f = o.from ? o.from : o.to;
  static Operands list;
  if (!o.from) list_integers(&list);
  else if (arity == 1) list_all(&list, f);
  else list_classes(&list, f, arity == 3);
  for (int i = 0; i < list.count; i++) {
    if (arity == 1) emit(&o, list.values[i], 0, 0);
    for (int j = 0; j < list.count && arity > 1; j++) {
      if (arity == 2) emit(&o, list.values[i], list.values[j], 0);
      for (int k = 0; k < list.count && arity > 2; k++) {
        emit(&o, list.values[i], list.values[j], list.values[k]);
      }
    }
  }
  for (int i = 0; i < randoms; i++) {
    if (!o.from) {
      emit(&o, random_integer(), 0, 0);
      continue;
    }
    uint64_t a = random_number(f), b = below(2) ? random_number(f) : partner(f, a);
    uint64_t c = arity == 3 ? third(f, a & ones(f->bits), b & ones(f->bits)) : 0;
    if (below(2)) emit(&o, image(f, a), image(f, b), image(f, c));
    else emit(&o, image(f, b), image(f, a), image(f, c));
  }
  return fflush(stdout) != 0;
}
