/** Why an option of QEMU has no meaning here, and what to do instead. */
export interface AbsentOption {
  readonly why: string;
  readonly hint: string;
}

const leaveOut = "leave it out";
const disk: AbsentOption = {
  why: "there is no IDE or SCSI controller, disks are virtio devices",
  hint: "write -drive file=FILE,if=none,format=raw,id=d0 -device virtio-blk-device,drive=d0",
};
const tracing: AbsentOption = {
  why: "there is no log of the emulator",
  hint: "--exits FILE counts what the guest does, by category",
};
const display: AbsentOption = { why: "there is no display", hint: "write -nographic" };
const backend: AbsentOption = { why: "there are no back-ends to define", hint: leaveOut };
const monitor: AbsentOption = {
  why: "the monitor is on Ctrl-A C or -monitor stdio; there is no QMP",
  hint: leaveOut,
};

/**
 * Options of QEMU that people have in their command lines and that are no slips of the pen: the
 * nearest known name would mislead.
 */
export const absentOptions: ReadonlyMap<string, AbsentOption> = new Map([
  ...["hda", "hdb", "hdc", "hdd", "cdrom", "sd", "mtdblock", "pflash"].map(
    (name) => [name, disk] as const,
  ),
  ...["trace", "dfilter", "singlestep"].map((name) => [name, tracing] as const),
  ...["vnc", "spice", "sdl", "full-screen", "g"].map((name) => [name, display] as const),
  ...["object", "blockdev", "fsdev", "virtfs", "tpmdev"].map((name) => [name, backend] as const),
  ...["mon", "qmp", "qmp-pretty"].map((name) => [name, monitor] as const),
  ["usb", { why: "there is no USB", hint: leaveOut }],
  ["usbdevice", { why: "there is no USB", hint: leaveOut }],
  ["enable-kvm", { why: "there is one engine", hint: leaveOut }],
  ["daemonize", { why: "the machine runs in this terminal", hint: "use your shell's &" }],
  ["loadvm", { why: "there are no saved states", hint: leaveOut }],
  ["incoming", { why: "there is no migration", hint: leaveOut }],
]);
