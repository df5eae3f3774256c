import { guests } from "../guests/guests.ts";

/** A guest that a test boots. */
export interface BootedGuest {
  readonly name: string;
  readonly harts: string;
  /** From the repository's root. */
  readonly test: string;
  /** Words of the test's title, by which it is found in the file. */
  readonly title: string;
}

const firmware = "tests/guests/firmware.test.ts";

export const booted: readonly BootedGuest[] = [
  {
    name: `own kernels: ${guests.map(({ name }) => `\`${name}\``).join(", ")}`,
    harts: "1",
    test: "tests/guests/golden.test.ts",
    title: "",
  },
  {
    name: "Debian's Linux on our SBI, with disk and entropy device",
    harts: "1",
    test: "tests/guests/linux-image.test.ts",
    title: "the Linux image is built, goes through all steps of linux-boot",
  },
  {
    name: "Debian's Linux on our SBI",
    harts: "4",
    test: "tests/guests/linux-harts.test.ts",
    title: "Debian's kernel starts four harts by our own SBI",
  },
  {
    name: "Debian's Linux on OpenSBI (`fw_jump`)",
    harts: "1",
    test: firmware,
    title: "Debian's kernel boots on OpenSBI's fw_%s with %i harts",
  },
  {
    name: "Debian's Linux on OpenSBI (`fw_dynamic`)",
    harts: "4",
    test: firmware,
    title: "Debian's kernel boots on OpenSBI's fw_%s with %i harts",
  },
  {
    name: "U-Boot on OpenSBI",
    harts: "1",
    test: firmware,
    title: "OpenSBI and U-Boot come up as in QEMU",
  },
  {
    name: "Debian's Linux from a virtio disk, by U-Boot on OpenSBI",
    harts: "1",
    test: firmware,
    title: "U-Boot finds Debian's kernel on a virtio disk",
  },
];
