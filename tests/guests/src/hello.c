/* The sample solution of the assignment hello-kernel: greets, answers a line, ends with success. */
#include "runtime.h"

int main(void) {
  char line[80];
  print("Hello from the bare machine!\n");
  print("say something> ");
  read_line(line, sizeof line);
  print("you said: %s (%u characters)\n", line, (uint64_t)strlen(line));
  print("bye\n");
  return 0;
}
