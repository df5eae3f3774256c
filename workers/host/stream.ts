/** Byte streams as consoles, monitors, debuggers and networks see them: what both sides agree on. */

/** Where a byte stream is offered: TCP on a host's address, or a Unix socket. */
export type StreamAddress =
  | { readonly kind: "tcp"; readonly host: string; readonly port: number }
  | { readonly kind: "unix"; readonly path: string };

/** One connection. */
export interface Stream {
  send(bytes: Uint8Array): void;
  /** Bytes that were sent and have not left yet. */
  readonly backlog: number;
  /** Ends the connection after what was sent has left. */
  close(): void;
}

/** What the other end does. */
export interface StreamEvents {
  onData(bytes: Uint8Array): void;
  /** The connection is gone, whoever has ended it. */
  onClose(): void;
  /** All that was sent has left, after it could not at once. */
  onDrain?(): void;
}

/** The far end of a serial port, a console or a monitor. */
export interface OpenStream {
  /** Where it is, in the words of QEMU's `info chardev`. */
  readonly place: string;
  close(): Promise<void>;
}
