import packageFile from "../../../package.json" with { type: "json" };
import { qemuLikeness } from "../../../workers/runtime/debug/qemu-likeness.ts";

/** The text of `trapline qemu -version`: QEMU's sentence first, as scripts take the number from it. */
export function versionText(): string {
  const { major, minor, micro } = qemuLikeness.numbers;
  return `QEMU emulator version ${major}.${minor}.${micro} (so far as Trapline ${packageFile.version} goes)
Trapline ${packageFile.version}, a virtual machine monitor of its own
`;
}
