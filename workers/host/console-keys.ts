/** What a person asks the terminal for, besides typing to the guest. */
export type KeyCommand = "quit" | "help" | "monitor" | "interrupt";

/** Typed bytes for the guest, or a command for the terminal. */
export type KeyEvent =
  | { readonly kind: "input"; readonly bytes: Uint8Array }
  | { readonly kind: "command"; readonly command: KeyCommand };

/**
 * Splits typed bytes into events, in order; keeps its place between calls, so a pair of keys may
 * arrive in two parts.
 */
export type KeyFilter = (bytes: Uint8Array) => KeyEvent[];

export const escapeHelp = `
C-a h    print this help
C-a x    exit emulator
C-a c    switch between console and monitor
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
    const events: KeyEvent[] = [];
    let input: number[] = [];
    const flush = () => {
      if (input.length > 0) events.push({ kind: "input", bytes: Uint8Array.from(input) });
      input = [];
    };
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
        flush();
        events.push({ kind: "command", command });
      }
    }
    flush();
    return events;
  };
}

/** The keys of QEMU's `stdio` on a terminal: Ctrl-C and Ctrl-\ end the run, all else is input. */
export function signalKeys(): KeyFilter {
  const isSignal = (byte: number) => byte === controlC || byte === controlBackslash;
  return (bytes) => [
    { kind: "input", bytes: bytes.filter((byte) => !isSignal(byte)) },
    ...(bytes.some(isSignal) ? [{ kind: "command", command: "interrupt" } as const] : []),
  ];
}

/** No special keys: all is input. */
export function plainKeys(): KeyFilter {
  return (bytes) => [{ kind: "input", bytes }];
}
