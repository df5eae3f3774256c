import type { Bytes } from "../../base/units.ts";
import type { AccessWidth } from "../../bus/device.ts";

/** An unsigned value of a device's configuration space; 0 beyond its end and where misaligned. */
export function readConfigSpace(config: DataView, offset: Bytes, width: AccessWidth): number {
  if (offset % width !== 0 || offset + width > config.byteLength) return 0;
  switch (width) {
    case 1:
      return config.getUint8(offset);
    case 2:
      return config.getUint16(offset, true);
    case 4:
      return config.getUint32(offset, true);
  }
}
