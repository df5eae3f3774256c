/* A submission that goes wrong: greets well, answers with a misspelled line, then never ends. */
#include "runtime.h"

int main(void) {
  char line[80];
  print("Hello from the bare machine!\n");
  print("say something> ");
  read_line(line, sizeof line);
  print("you sad: %s\n", line);
  for (;;) __asm__ volatile("wfi");
}
