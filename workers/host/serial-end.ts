import type { StreamAddress } from "./stream.ts";

/** Where a serial port, a console or a monitor leads to, other than the terminal. */
export type SerialEnd =
  /** Output is written to a file; there is no input. */
  | { readonly kind: "file"; readonly path: string }
  /** Named pipes `PATH.in` and `PATH.out`, or one named pipe PATH for both. */
  | { readonly kind: "pipe"; readonly path: string }
  /** A pseudo terminal that the system makes. */
  | { readonly kind: "pty" }
  | {
      readonly kind: "socket";
      readonly address: StreamAddress;
      /** Whether others connect to us. */
      readonly listens: boolean;
      /** Whether the machine starts when somebody has connected. */
      readonly waits: boolean;
    };
