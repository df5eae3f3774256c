import { expect, test } from "vitest";
import { cliProgram } from "../support/cli-program.ts";
import { boots } from "./boots.ts";
import { talkToGuest } from "./talk-to-guest.ts";

test("Debian's kernel starts four harts by our own SBI, works on all and powers off", async () => {
  const options = boots.linuxOnFourHarts.options();
  const work = "for i in 1 2 3 4; do (head -c 200000 /dev/urandom | md5sum > /tmp/$i) & done; wait";
  const { console, exitCode } = await talkToGuest([process.execPath, cliProgram, "qemu"], options, [
    ["~ # ", "echo $(nproc) harts\n"],
    ["4 harts", `${work}; cat /tmp/1 /tmp/2 /tmp/3 /tmp/4 | wc -l; echo all""right\n`],
    ["allright", "poweroff -f\n"],
  ]);
  expect(console).toMatch(/^4\s+allright/m);
  expect(console).toContain("smp: Brought up 1 node, 4 CPUs");
  expect(console).toContain("reboot: Power down");
  expect(console).not.toMatch(/Oops|BUG:|WARNING:|panic|rcu.*stall/);
  expect(exitCode).toBe(0);
});
