import type { Bytes } from "../../base/units.ts";
import type { AccessWidth, Device } from "../../bus/device.ts";

const registers: ReadonlyMap<Bytes, number> = new Map([
  [0x0, 0x7472_6976], // "virt"
  [0x4, 2],
  [0xc, 0x554d_4551], // "QEMU"
]);

/** A virtio-mmio slot without a device: its device type reads 0, and drivers pass by. */
export class EmptyVirtioSlot implements Device<Record<string, never>> {
  readonly name: string;

  constructor(resources: { readonly name: string }) {
    this.name = resources.name;
  }

  static restore(
    resources: { readonly name: string },
    _state: Record<string, never>,
  ): EmptyVirtioSlot {
    return new EmptyVirtioSlot(resources);
  }

  read(offset: Bytes, width: AccessWidth): number {
    return width === 4 ? (registers.get(offset) ?? 0) : 0;
  }

  write(_offset: Bytes, _width: AccessWidth, _value: number): void {}

  reset(): void {}

  save(): Record<string, never> {
    return {};
  }
}
