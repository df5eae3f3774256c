import type { StreamAddress } from "./stream-listener.ts";

/** Where a serial port leads to, other than the terminal. */
export type SerialEnd =
  /** Output is written to a file; there is no input. */
  | { readonly kind: "file"; readonly path: string }
  /** Named pipes `PATH.in` and `PATH.out`, or one named pipe PATH for both. */
  | { readonly kind: "pipe"; readonly path: string }
  | {
      readonly kind: "socket";
      readonly address: StreamAddress;
      /** Whether others connect to us. */
      readonly listens: boolean;
      /** Whether the machine starts when somebody has connected. */
      readonly waits: boolean;
    };
