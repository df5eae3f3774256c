import { type Boot, boots } from "../guests/boots.ts";
import { type Guest, guests } from "../guests/guests.ts";

/** A guest that a test boots. */
export interface BootedGuest {
  readonly name: string;
  readonly harts: number;
  /** From the repository's root. */
  readonly test: string;
  /** Words of the test's title, by which it is found in the file. */
  readonly title: string;
  /** How it starts, to be measured in both emulators. */
  readonly start: Boot | Guest;
}

const firmware = "tests/guests/firmware.test.ts";
const debian = {
  test: "tests/guests/debian-root.test.ts",
  title: "Debian's root file system boots with 4 harts, is written to, and boots again with 1 hart",
};

export const booted: readonly BootedGuest[] = [
  ...guests.map((guest) => ({
    name: `own kernel \`${guest.name}\``,
    harts: guest.harts ?? 1,
    test: "tests/guests/golden.test.ts",
    title: "prints its golden text",
    start: guest,
  })),
  {
    name: "Debian's Linux on our SBI, with disk and entropy device",
    harts: 1,
    test: "tests/guests/linux-image.test.ts",
    title: "the Linux image is built, goes through all steps of linux-boot",
    start: boots.linux,
  },
  {
    name: "Debian's Linux on our SBI",
    harts: 4,
    test: "tests/guests/linux-harts.test.ts",
    title: "Debian's kernel starts four harts by our own SBI",
    start: boots.linuxOnFourHarts,
  },
  {
    name: "Debian's Linux on OpenSBI (`fw_jump`)",
    harts: 1,
    test: firmware,
    title: "Debian's kernel boots on OpenSBI's fw_%s with %i harts",
    start: boots.linuxOnOpenSbi,
  },
  {
    name: "Debian's Linux on OpenSBI (`fw_dynamic`)",
    harts: 4,
    test: firmware,
    title: "Debian's kernel boots on OpenSBI's fw_%s with %i harts",
    start: boots.linuxOnOpenSbiOnFourHarts,
  },
  {
    name: "U-Boot on OpenSBI",
    harts: 1,
    test: firmware,
    title: "OpenSBI and U-Boot come up as in QEMU",
    start: boots.uBoot,
  },
  {
    name: "Debian's Linux from a virtio disk, by U-Boot on OpenSBI",
    harts: 1,
    test: firmware,
    title: "U-Boot finds Debian's kernel on a virtio disk",
    start: boots.linuxFromDisk,
  },
  {
    name: "Debian's root file system: systemd and its services, login, power-off",
    harts: 1,
    ...debian,
    start: boots.debian,
  },
  {
    name: "Debian's root file system: systemd and its services, login, power-off",
    harts: 4,
    ...debian,
    start: boots.debianOnFourHarts,
  },
];
