/**
 * A shell command inside a terminal (made by `script` of Debian's bsdutils), with the terminal's
 * modes printed before and after.
 */
export function inTerminal(command: string): string {
  const shell = `stty -g; (${command}); echo status $?; stty -g`;
  return `exec script -qec "${shell.replaceAll("$", "\\$")}" /dev/null`;
}
