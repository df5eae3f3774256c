/** Receives each byte that the guest sends on its serial console, in order. */
export interface ConsoleSink {
  write(byte: number): void;
}
