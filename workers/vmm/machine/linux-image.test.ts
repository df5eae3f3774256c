import { expect, test } from "vitest";
import { failureCode } from "../../../tests/contracts/support/failure-code.ts";
import { linuxImageFile } from "../../../tests/contracts/support/linux-image-file.ts";
import { parseLinuxImage } from "./linux-image.ts";

test("reads offset and size from the header of an Image", () => {
  const file = linuxImageFile({ textOffset: 0x20_0000, imageBytes: 0x123_0000 });
  expect(parseLinuxImage(file)).toEqual({ textOffset: 0x20_0000, imageBytes: 0x123_0000 });
});

test("an Image never takes less memory than the file has", () => {
  expect(parseLinuxImage(linuxImageFile({ imageBytes: 1 }))?.imageBytes).toBe(128);
});

test("other files are none", () => {
  expect(parseLinuxImage(new Uint8Array(0))).toBeUndefined();
  expect(parseLinuxImage(new Uint8Array(63))).toBeUndefined();
  expect(parseLinuxImage(new Uint8Array(1000))).toBeUndefined();
});

test("refuses compressed and big-endian kernels with a word on what to do", () => {
  const gzip = Uint8Array.of(0x1f, 0x8b, 8, 0);
  const zboot = Uint8Array.from([..."MZ\0\0zimg"].map((letter) => letter.charCodeAt(0)));
  expect(failureCode(() => parseLinuxImage(gzip))).toBe("linux-compressed");
  expect(failureCode(() => parseLinuxImage(zboot))).toBe("linux-compressed");
  expect(failureCode(() => parseLinuxImage(linuxImageFile({ flags: 1 })))).toBe("linux-foreign");
});
