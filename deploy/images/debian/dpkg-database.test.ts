import { describe, expect, test } from "vitest";
import { dpkgDatabase } from "./dpkg-database.ts";
import type { UnpackedPackage } from "./unpacked-package.ts";

const library: UnpackedPackage = {
  name: "libc6",
  control: "Package: libc6\nVersion: 2.41\nMulti-Arch: same\nDescription: library\n of C",
  files: ["/.", "/usr"],
  configurationFiles: [["/etc/ld.so.conf", "0123"]],
  triggers: "# who\ninterest-noawait /lib\nactivate-noawait ldconfig\n",
  coinstallable: true,
};
const tool: UnpackedPackage = {
  name: "libc-bin",
  control: "Package: libc-bin\nVersion: 2.41",
  files: ["/."],
  configurationFiles: [],
  triggers: "interest-await ldconfig\ninterest /lib\n",
  coinstallable: false,
};

describe("dpkg's database after unpacking", () => {
  const database = dpkgDatabase([library, tool]);

  test("has every package as unpacked, with its configuration files", () => {
    expect(database.get("status")).toBe(
      [
        "Package: libc6",
        "Status: install ok unpacked",
        "Conffiles:",
        " /etc/ld.so.conf 0123",
        "Version: 2.41",
        "Multi-Arch: same",
        "Description: library",
        " of C",
        "",
        "Package: libc-bin",
        "Status: install ok unpacked",
        "Version: 2.41",
        "",
        "",
      ].join("\n"),
    );
  });

  test("lists files under a name with the architecture where several can be installed", () => {
    expect(database.get("info/libc6:riscv64.list")).toBe("/.\n/usr\n");
    expect(database.get("info/libc-bin.list")).toBe("/.\n");
  });

  test("knows who waits for which trigger, and who is not waited for", () => {
    expect(database.get("triggers/ldconfig")).toBe("libc-bin\n");
    expect(database.get("triggers/File")).toBe("/lib libc6/noawait\n/lib libc-bin\n");
  });
});
