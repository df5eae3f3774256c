/*
 * A small interpreter of byte code, written in the two usual ways: one `switch`, which becomes a
 * table of jumps, and one function for each operation, called through a table. Its program counts
 * the steps of Collatz sequences.
 */
#ifndef INDIRECT_H
#define INDIRECT_H

#include <stdint.h>

enum indirect_operation {
  OP_PUSH, OP_LOAD, OP_STORE, OP_ADD, OP_MULTIPLY, OP_HALVE, OP_AND, OP_SUBTRACT,
  OP_JUMP, OP_JUMP_IF_ZERO, OP_HALT,
};

struct indirect_machine {
  const int8_t *code;
  uint32_t pc, top;
  uint64_t stack[16], variables[4];
};

/* Variables: 0 present number, 1 steps, 2 start, 3 last start. Jumps go to absolute places. */
static const int8_t indirect_program[] = {
  /* 0 */ OP_LOAD, 2, OP_STORE, 0,
  /* 4: present == 1? */ OP_LOAD, 0, OP_PUSH, 1, OP_SUBTRACT, OP_JUMP_IF_ZERO, 42,
  /* 11 */ OP_LOAD, 1, OP_PUSH, 1, OP_ADD, OP_STORE, 1,
  /* 18: even? */ OP_LOAD, 0, OP_PUSH, 1, OP_AND, OP_JUMP_IF_ZERO, 35,
  /* 25 */ OP_LOAD, 0, OP_PUSH, 3, OP_MULTIPLY, OP_PUSH, 1, OP_ADD, OP_JUMP, 38,
  /* 35 */ OP_LOAD, 0, OP_HALVE,
  /* 38 */ OP_STORE, 0, OP_JUMP, 4,
  /* 42 */ OP_LOAD, 3, OP_LOAD, 2, OP_SUBTRACT, OP_JUMP_IF_ZERO, 58,
  /* 49 */ OP_LOAD, 2, OP_PUSH, 1, OP_ADD, OP_STORE, 2, OP_JUMP, 0,
  /* 58 */ OP_HALT,
};

static uint64_t indirect_by_switch(struct indirect_machine *m) {
  for (;;) {
    switch ((enum indirect_operation)m->code[m->pc++]) {
      case OP_PUSH: m->stack[m->top++] = (uint64_t)m->code[m->pc++]; break;
      case OP_LOAD: m->stack[m->top++] = m->variables[m->code[m->pc++]]; break;
      case OP_STORE: m->variables[m->code[m->pc++]] = m->stack[--m->top]; break;
      case OP_ADD: m->top--; m->stack[m->top - 1] += m->stack[m->top]; break;
      case OP_MULTIPLY: m->top--; m->stack[m->top - 1] *= m->stack[m->top]; break;
      case OP_HALVE: m->stack[m->top - 1] >>= 1; break;
      case OP_AND: m->top--; m->stack[m->top - 1] &= m->stack[m->top]; break;
      case OP_SUBTRACT: m->top--; m->stack[m->top - 1] -= m->stack[m->top]; break;
      case OP_JUMP: m->pc = (uint32_t)m->code[m->pc]; break;
      case OP_JUMP_IF_ZERO:
        m->pc = m->stack[--m->top] == 0 ? (uint32_t)m->code[m->pc] : m->pc + 1;
        break;
      case OP_HALT: return m->variables[1];
    }
  }
}

typedef int (*indirect_function)(struct indirect_machine *m);

static int do_push(struct indirect_machine *m) {
  m->stack[m->top++] = (uint64_t)m->code[m->pc++];
  return 1;
}
static int do_load(struct indirect_machine *m) {
  m->stack[m->top++] = m->variables[m->code[m->pc++]];
  return 1;
}
static int do_store(struct indirect_machine *m) {
  m->variables[m->code[m->pc++]] = m->stack[--m->top];
  return 1;
}
static int do_add(struct indirect_machine *m) {
  m->top--;
  m->stack[m->top - 1] += m->stack[m->top];
  return 1;
}
static int do_multiply(struct indirect_machine *m) {
  m->top--;
  m->stack[m->top - 1] *= m->stack[m->top];
  return 1;
}
static int do_halve(struct indirect_machine *m) {
  m->stack[m->top - 1] >>= 1;
  return 1;
}
static int do_and(struct indirect_machine *m) {
  m->top--;
  m->stack[m->top - 1] &= m->stack[m->top];
  return 1;
}
static int do_subtract(struct indirect_machine *m) {
  m->top--;
  m->stack[m->top - 1] -= m->stack[m->top];
  return 1;
}
static int do_jump(struct indirect_machine *m) {
  m->pc = (uint32_t)m->code[m->pc];
  return 1;
}
static int do_jump_if_zero(struct indirect_machine *m) {
  m->pc = m->stack[--m->top] == 0 ? (uint32_t)m->code[m->pc] : m->pc + 1;
  return 1;
}
static int do_halt(struct indirect_machine *m) {
  (void)m;
  return 0;
}

static indirect_function const indirect_table[] = {
  do_push, do_load, do_store, do_add, do_multiply, do_halve, do_and, do_subtract,
  do_jump, do_jump_if_zero, do_halt,
};

static uint64_t indirect_by_table(struct indirect_machine *m) {
  while (indirect_table[m->code[m->pc++]](m)) {
  }
  return m->variables[1];
}

/* Both ways for all starts up to `last`. Returns 0 if they disagree. */
static uint64_t indirect_work(uint64_t last) {
  struct indirect_machine one = {.code = indirect_program}, two = {.code = indirect_program};
  one.variables[2] = two.variables[2] = 1;
  one.variables[3] = two.variables[3] = last;
  uint64_t steps = indirect_by_switch(&one);
  return indirect_by_table(&two) == steps ? steps : 0;
}

#endif
