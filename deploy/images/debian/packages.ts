/**
 * What the Debian image consists of, besides what these depend on: everything essential or of
 * priority required, as in debootstrap's variant minbase, with the services, the package manager
 * and the kernel that a server installation has.
 */
export const debianPackages: readonly string[] = [
  "?essential",
  "?priority(required)",
  "apt",
  "cron",
  "dbus",
  "e2fsprogs",
  "initramfs-tools",
  "iproute2",
  "kmod",
  "libpam-systemd",
  "linux-image-riscv64",
  "login",
  "netbase",
  "procps",
  "systemd-sysv",
  "systemd-timesyncd",
  "udev",
  "zstd",
];
