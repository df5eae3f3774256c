import { encodeMachine, type Machine } from "../../vmm/mod.ts";
import { packNumbers } from "../checkpoint/resident-pages.ts";
import { residentSection } from "./driver-state.ts";

/** A machine of this thread as others of the process can read it: its frames are held until `release`. */
export interface CapturedFrames {
  /** Page numbers, ascending, and the frame of each. */
  readonly pages: Uint32Array;
  readonly frames: Uint32Array;
  readonly sections: ReadonlyMap<string, Uint8Array>;
  release(): void;
}

/**
 * @param wanted which of its pages; all where it is not said
 * @param own sections of whoever drives the machine
 */
export function captureFrames(
  machine: Machine,
  own: ReadonlyMap<string, Uint8Array>,
  wanted?: readonly number[],
): CapturedFrames {
  const { resident, readZeros, sweepAt } = machine.ram.residence();
  const image = machine.ram.capture(wanted ?? resident);
  const pages: number[] = [];
  const frames: number[] = [];
  image.forEach((page, frame) => {
    pages.push(page);
    frames.push(frame);
  });
  const none = { pages: new Uint32Array(), hashes: new Uint8Array() };
  const sections = encodeMachine({ state: machine.save(), ram: { ...none, readZeros, sweepAt } });
  return {
    pages: Uint32Array.from(pages),
    frames: Uint32Array.from(frames),
    sections: new Map([...sections, [residentSection, packNumbers(resident)], ...own]),
    release: () => image.release(),
  };
}
