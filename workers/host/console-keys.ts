/** What a person asks the terminal for, besides typing to the guest. */
export type KeyCommand = "quit" | "help" | "monitor" | "interrupt";

/** Typed bytes, split into those for the guest and commands for the terminal. */
export interface Typed {
  readonly input: Uint8Array;
  readonly commands: readonly KeyCommand[];
}

/** Splits typed bytes; keeps its place between calls, so a pair of keys may arrive in two parts. */
export type KeyFilter = (bytes: Uint8Array) => Typed;

export const escapeHelp = `
C-a h    print this help
C-a x    exit emulator
C-a C-a  sends C-a
`;

const controlA = 0x01;
const controlC = 0x03;
const controlBackslash = 0x1c;

const escapes: Readonly<Record<string, KeyCommand>> = {
  h: "help",
  "?": "help",
  x: "quit",
  X: "quit",
  c: "monitor",
};

/**
 * The keys of QEMU's `mon:stdio`: Ctrl-A starts a command, Ctrl-A Ctrl-A sends one Ctrl-A. A key that
 * is no command is swallowed together with its Ctrl-A, as QEMU does. Ctrl-C goes to the guest.
 */
export function escapeKeys(): KeyFilter {
  let escaped = false;
  return (bytes) => {
    const input: number[] = [];
    const commands: KeyCommand[] = [];
    for (const byte of bytes) {
      if (!escaped) {
        if (byte === controlA) {
          escaped = true;
        } else {
          input.push(byte);
        }
        continue;
      }
      escaped = false;
      const command = escapes[String.fromCharCode(byte)];
      if (byte === controlA) {
        input.push(byte);
      } else if (command !== undefined) {
        commands.push(command);
      }
    }
    return { input: Uint8Array.from(input), commands };
  };
}

/** The keys of QEMU's `stdio` on a terminal: Ctrl-C and Ctrl-\ end the run, all else is input. */
export function signalKeys(): KeyFilter {
  const isSignal = (byte: number) => byte === controlC || byte === controlBackslash;
  return (bytes) => ({
    input: bytes.filter((byte) => !isSignal(byte)),
    commands: bytes.some(isSignal) ? ["interrupt"] : [],
  });
}

/** No special keys: all is input. */
export function plainKeys(): KeyFilter {
  return (bytes) => ({ input: bytes, commands: [] });
}
