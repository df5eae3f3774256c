/** A QEMU that programs are compared with. */
export interface Qemu {
  /** For reports, e.g. `QEMU 7.2`. */
  readonly name: string;
  /** The program and options that come before all others. */
  readonly command: readonly [string, ...string[]];
  /** What `-cpu` takes for a hart with our extensions. */
  readonly cpuModel: string;
}
