/** What a machine is made of, whatever it starts. */
import type { Bytes } from "../base/units.ts";

/** How guest time advances: with retired instructions (deterministic) or with the host's clock. */
export type TimeMode = "virtual" | "host";

/**
 * How instructions are executed: a technique of the syllabus.
 *
 * `interpret`: by the interpreter alone. `translate`: what is hot is translated, and privileged
 * instructions are executed in line where that is possible. `trap-and-emulate`: what is hot is
 * translated, but every privileged instruction is an exit, as on a processor that runs the guest
 * directly and without privilege (Popek & Goldberg 1974).
 */
export type EngineName = "interpret" | "trap-and-emulate" | "translate";

/** One virtio-mmio slot in use. Slot numbers are QEMU's: 0 is the lowest address. */
export type VirtioConfig = (
  | { readonly kind: "block"; readonly disk: string; readonly readOnly: boolean }
  | { readonly kind: "rng" }
  | {
      readonly kind: "net";
      /** `none`, `loopback`, or one of the networks that the machine is given. */
      readonly network: string;
      /** `52:54:00:12:34:56`, which is also what the first card has where it is not said. */
      readonly mac?: string;
    }
  /** A second console; what is printed on it goes where the UART's output goes. */
  | {
      readonly kind: "console";
      /** Whether console input goes here and not to the UART. */
      readonly takesInput: boolean;
      /** One of the consoles that the machine is given, for both ways in place of the UART's. */
      readonly console?: string;
    }
) & {
  readonly slot: number;
  /** Whether packed rings are offered to the driver; they are not by default. */
  readonly packed?: boolean;
};

export interface HardwareConfig {
  readonly ramBytes: Bytes;
  readonly harts: number;
  readonly time: TimeMode;
  /** Seeds `/chosen/rng-seed` and virtio-rng: 32 bits, any number. */
  readonly seed: number;
  readonly virtio: readonly VirtioConfig[];
  /** How instructions are executed, `translate` where it is not said. No guest can tell. */
  readonly engine?: EngineName;
}
