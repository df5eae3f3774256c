import type { InterruptLine } from "../../../workers/vmm/bus/device.ts";

/** An interrupt line that remembers. */
export class Wire implements InterruptLine {
  /** The level reported last. */
  level = false;
  /** How often a high level was reported, repetitions included. */
  raises = 0;

  setLevel(asserted: boolean): void {
    this.level = asserted;
    this.raises += asserted ? 1 : 0;
  }
}
