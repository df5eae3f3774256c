import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fileFormatSchema, formatFault } from "./file-format.ts";

const bytes = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const linuxImage = bytes(`MZ${"\0".repeat(0x36)}RSC\x05`);

describe("formatFault", () => {
  test("finds nothing wrong with a file of the format asked for", () => {
    expect(formatFault("elf", bytes("\x7fELF\x02"))).toBeUndefined();
    expect(formatFault("linux-image", linuxImage)).toBeUndefined();
    expect(formatFault("any", bytes(""))).toBeUndefined();
  });

  test("says what a wrong file is where its beginning tells", () => {
    expect(formatFault("elf", bytes("# Trapline"))).toBe("is not an ELF file");
    expect(formatFault("elf", bytes("PK\x03\x04"))).toBe("is not an ELF file: it is a zip archive");
    expect(formatFault("linux-image", bytes("\x1f\x8b\x08"))).toContain("compressed with gzip");
    expect(formatFault("linux-image", bytes("\x7fELF"))).toContain("it is an ELF file");
  });

  test("takes any bytes", () => {
    const formats = fc.constantFrom(...fileFormatSchema.options);
    fc.assert(
      fc.property(formats, fc.uint8Array({ maxLength: 64 }), (format, start) => {
        expect(typeof (formatFault(format, start) ?? "")).toBe("string");
      }),
    );
  });
});
