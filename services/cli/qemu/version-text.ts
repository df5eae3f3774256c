import packageFile from "../../../package.json" with { type: "json" };

/** The version of QEMU whose machine and command line these are; Makefiles ask for it. */
const likeness = "7.2.0";

/** The text of `trapline qemu -version`: QEMU's sentence first, as scripts take the number from it. */
export function versionText(): string {
  return `QEMU emulator version ${likeness} (so far as Trapline ${packageFile.version} goes)
Trapline ${packageFile.version}, a virtual machine monitor of its own
`;
}
