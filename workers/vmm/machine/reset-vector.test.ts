import { expect, test } from "vitest";
import { buildResetVector } from "./reset-vector.ts";

test("is the ROM of QEMU 7.2's virt machine, byte for byte", () => {
  const rom = buildResetVector({ start: 0x8000_0000, deviceTree: 0x87e0_0000, next: 0x8020_0000 });
  // Read from QEMU by `xp /22xw 0x1000` with -bios and -kernel.
  expect([...new Uint32Array(rom.buffer)]).toEqual([
    0x00000297, 0x02828613, 0xf1402573, 0x0202b583, 0x0182b283, 0x00028067, 0x80000000, 0,
    0x87e00000, 0, 0x4942534f, 0, 2, 0, 0x80200000, 0, 1, 0, 0, 0, 0, 0,
  ]);
});
