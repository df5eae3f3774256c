import { z } from "zod";

/** What kind of file an artefact must be. */
export const fileFormatSchema = z.enum(["any", "elf", "linux-image"]);

export type FileFormat = z.infer<typeof fileFormatSchema>;

/** Bytes of a file's beginning that decide its format. */
export const fileStartBytes = 64;

/** Place and bytes of each format's mark: ELF's magic, and `magic2` of Linux' RISC-V image header. */
const marks: Record<Exclude<FileFormat, "any">, { offset: number; mark: string }> = {
  elf: { offset: 0, mark: "\x7fELF" },
  "linux-image": { offset: 0x38, mark: "RSC\x05" },
};

/** What a wrong file most likely is, by how it begins. */
const lookalikes: readonly [string, string][] = [
  ["\x7fELF", "an ELF file"],
  ["\x1f\x8b", "compressed with gzip"],
  ["PK\x03\x04", "a zip archive"],
  ["#!", "a script"],
  ["MZ", "a program for EFI or Windows"],
];

/**
 * @param start the first `fileStartBytes` bytes of the file, or all where it is shorter
 * @returns what is wrong, for a person, or undefined where the file has the format
 */
export function formatFault(format: FileFormat, start: Uint8Array): string | undefined {
  if (format === "any") return undefined;
  const text = String.fromCharCode(...start);
  const { offset, mark } = marks[format];
  if (text.startsWith(mark, offset)) return undefined;
  const wanted = format === "elf" ? "an ELF file" : "a plain Linux Image (arch/riscv/boot/Image)";
  const found = lookalikes.find(([magic]) => text.startsWith(magic))?.[1];
  return found === undefined ? `is not ${wanted}` : `is not ${wanted}: it is ${found}`;
}
