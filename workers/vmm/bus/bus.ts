import type { Bytes, GuestPhysicalAddress } from "../base/units.ts";
import type { AccessWidth, Device } from "./device.ts";

/** A window of guest-physical addresses and the device behind it. */
export interface BusWindow {
  readonly base: GuestPhysicalAddress;
  readonly bytes: Bytes;
  readonly device: Device<unknown>;
}

/**
 * The map from guest-physical addresses to devices.
 *
 * Windows are fixed when the machine is made and never overlap. An address outside of every window,
 * and an access that crosses the end of one, is *unmapped*: the hart raises an access fault. RAM is
 * not on the bus; harts and devices reach it without asking here.
 */
export class Bus {
  #windows: readonly BusWindow[] = [];
  #latest: BusWindow | undefined;

  /** Windows in the order of their addresses. */
  get windows(): readonly BusWindow[] {
    return this.#windows;
  }

  /** Puts `device` behind `bytes` addresses from `base`. Throws a `RangeError` on overlap: a wiring mistake. */
  map(base: GuestPhysicalAddress, bytes: Bytes, device: Device<unknown>): void {
    const clash = this.#windows.find((w) => base < w.base + w.bytes && w.base < base + bytes);
    if (clash !== undefined) {
      throw new RangeError(`bus window of ${device.name} overlaps that of ${clash.device.name}`);
    }
    this.#windows = [...this.#windows, { base, bytes, device }].sort((a, b) => a.base - b.base);
  }

  /** The window that holds `address`. */
  lookup(address: GuestPhysicalAddress): BusWindow | undefined {
    const latest = this.#latest;
    // Accesses come in runs to one device, so the window found last is nearly always the right one.
    if (latest !== undefined && address >= latest.base && address < latest.base + latest.bytes) {
      return latest;
    }
    let low = 0;
    let high = this.#windows.length - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const window = this.#windows[middle];
      if (window === undefined || address < window.base) {
        high = middle - 1;
      } else if (address >= window.base + window.bytes) {
        low = middle + 1;
      } else {
        this.#latest = window;
        return window;
      }
    }
    return undefined;
  }

  /**
   * The unsigned value read, or `undefined` where nothing is mapped.
   *
   * @param window of the address, where that was looked up already
   */
  read(
    address: GuestPhysicalAddress,
    width: AccessWidth,
    window = this.lookup(address),
  ): number | undefined {
    if (window === undefined || address + width > window.base + window.bytes) {
      return undefined;
    }
    return window.device.read(address - window.base, width);
  }

  /**
   * Whether something is mapped there and so took the write.
   *
   * @param window of the address, where that was looked up already
   */
  write(
    address: GuestPhysicalAddress,
    width: AccessWidth,
    value: number,
    window = this.lookup(address),
  ): boolean {
    if (window === undefined || address + width > window.base + window.bytes) {
      return false;
    }
    window.device.write(address - window.base, width, value);
    return true;
  }
}
