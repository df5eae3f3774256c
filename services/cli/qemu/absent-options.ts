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
const semihosting: AbsentOption = {
  why: "there is no semihosting: an ebreak is the guest's own",
  hint: "print through the UART or the SBI; -bios none also serves tohost and fromhost",
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
  ...["blockdev", "fsdev", "virtfs", "tpmdev"].map((name) => [name, backend] as const),
  ...["semihosting", "semihosting-config"].map((name) => [name, semihosting] as const),
  ["no-shutdown", { why: "the run ends when the guest powers off", hint: leaveOut }],
  ["numa", { why: "all memory is equally far", hint: leaveOut }],
  ["fw_cfg", { why: "there is no fw_cfg device", hint: "use -append, -initrd or a disk" }],
  ["echr", { why: "the key before commands is Ctrl-A", hint: leaveOut }],
  ["L", { why: "no file is looked for by its name", hint: "give -bios a path" }],
  ["pidfile", { why: "the machine runs in this terminal", hint: "use your shell's $!" }],
  ["boot", { why: "the firmware decides what is started", hint: "write -kernel or -bios" }],
  ["usb", { why: "there is no USB", hint: leaveOut }],
  ["usbdevice", { why: "there is no USB", hint: leaveOut }],
  ["enable-kvm", { why: "there is one engine", hint: leaveOut }],
  ["daemonize", { why: "the machine runs in this terminal", hint: "use your shell's &" }],
  ["incoming", { why: "there is no migration", hint: leaveOut }],
]);
