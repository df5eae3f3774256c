import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, get } from "node:http";
import { type AddressInfo, createServer as createTcp } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ensureLinuxImage } from "../../deploy/images/linux/ensure-linux-image.ts";
import { linuxCommandLine } from "../../deploy/images/linux/linux-command-line.ts";
import { openUserNetwork } from "../../workers/host/network/user-network.ts";
import { Failure } from "../../workers/vmm/mod.ts";
import { type Turn, talkToGuest } from "../guests/talk-to-guest.ts";
import { cliProgram } from "../support/cli-program.ts";

/** Debian's Linux on networks of the host: with QEMU, with another of us, with the host itself. */
const trapline = [process.execPath, cliProgram, "qemu"] as const;
const qemu = ["qemu-system-riscv64"] as const;

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "trapline-networks-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Both have the same file, so its sum tells whether all of it has come. */
const sent = "head -c 300000 /bin/busybox";
const sum = "md5sum | cut -d' ' -f1";

function linux(command: readonly [string, ...string[]], netdev: string, turns: readonly Turn[]) {
  const { kernel, initrd } = ensureLinuxImage();
  return talkToGuest(
    command,
    [
      ...["-machine", "virt", "-m", "128M", "-nographic", "-no-reboot"],
      ...["-kernel", kernel, "-initrd", initrd, "-append", linuxCommandLine],
      ...["-global", "virtio-mmio.force-legacy=false", ...netdev.split(" ")],
    ],
    turns,
  );
}

/** Answers pings and takes a file, of which it prints the sum. */
function receiver(address: string): readonly Turn[] {
  return [
    ["~ # ", `ip addr add ${address}/24 dev eth0; ip link set eth0 up; nc -l -p 7 | ${sum}\n`],
    [`${sum}\r\n`, ""],
    ["~ # ", "poweroff -f\n"],
  ];
}

/** Waits until the other one answers, then sends it the file. */
function sender(address: string, other: string): readonly Turn[] {
  const wait = `until ping -c 1 -W 1 ${other}; do sleep 1; done`;
  const send = `until ${sent} | nc ${other} 7; do sleep 1; done`;
  return [
    ["~ # ", `ip addr add ${address}/24 dev eth0; ip link set eth0 up; ${wait}; ${send}\n`],
    ["1 packets received", `${sent} | ${sum}\n`],
    [`${sum}\r\n`, ""],
    ["~ # ", "poweroff -f\n"],
  ];
}

/** The sum that a guest has printed. */
function sumIn(console: string): string | undefined {
  return /^([0-9a-f]{32})$/m.exec(console)?.[1];
}

async function expectTransfer(
  taking: ReturnType<typeof linux>,
  giving: ReturnType<typeof linux>,
): Promise<void> {
  const [taker, giver] = await Promise.all([taking, giving]);
  expect(giver.console).toContain("0% packet loss");
  expect(sumIn(taker.console)).toBeDefined();
  expect(sumIn(taker.console)).toBe(sumIn(giver.console));
  for (const { console, exitCode } of [taker, giver]) {
    expect(console).not.toMatch(/Oops|BUG:|WARNING:|panic/);
    expect(exitCode).toBe(0);
  }
}

describe("Linux here and Linux elsewhere ping each other and pass on a file", () => {
  test("with QEMU, over a stream on a Unix socket", async () => {
    const path = join(folder, "stream");
    const words = (server: string) =>
      `-netdev stream,id=n,server=${server},addr.type=unix,addr.path=${path} -device virtio-net-device,netdev=n`;
    const taking = linux(trapline, words("on"), receiver("10.0.0.1"));
    // QEMU does not wait for a server that is not there yet.
    while (!existsSync(path)) await setTimeout(20);
    await expectTransfer(taking, linux(qemu, words("off"), sender("10.0.0.2", "10.0.0.1")));
  });

  test("with another of us, over datagrams, recorded in a capture file", async () => {
    const [one, two] = [await freePort(), await freePort()];
    const file = join(folder, "packets.pcap");
    const words = (own: number, other: number, mac: string) =>
      `-netdev socket,id=n,udp=127.0.0.1:${other},localaddr=127.0.0.1:${own} -device virtio-net-device,netdev=n,mac=${mac}`;
    const filter = ` -object filter-dump,id=f,netdev=n,file=${file}`;
    const taking = linux(
      trapline,
      words(one, two, "52:54:00:00:00:01") + filter,
      receiver("10.0.0.1"),
    );
    await expectTransfer(
      taking,
      linux(trapline, words(two, one, "52:54:00:00:00:02"), sender("10.0.0.2", "10.0.0.1")),
    );
    const capture = readFileSync(file);
    expect(capture.readUInt32BE(0)).toBe(0xa1b2c3d4);
    expect(capture.length).toBeGreaterThan(300_000);
  });
});

describe("a guest on the host's own network", () => {
  test("gets an address, reaches a server of the host and is reached through a forwarded port", async ({
    skip,
  }) => {
    const obstacle = await userNetworkObstacle();
    if (obstacle !== undefined) skip(obstacle);
    const server = createServer((_request, response) => response.end("greetings from outside\n"));
    const serverPort = await new Promise<number>((resolve) => {
      server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
    });
    const port = await freePort();
    const setUp =
      "ip link set eth0 up; udhcpc -n -q -i eth0 -s /bin/true; ip addr add 10.0.2.15/24 dev eth0; " +
      `wget -q -O - http://10.0.2.2:${serverPort}/; ` +
      "printf 'HTTP/1.0 200 OK\\r\\n\\r\\ngreetings from inside\\n' | nc -l -p 80";
    const guest = linux(
      trapline,
      `-netdev user,id=n,hostfwd=tcp:127.0.0.1:${port}-:80 -device virtio-net-device,netdev=n`,
      [
        ["~ # ", `${setUp}; echo ser""ved\n`],
        ["served", "poweroff -f\n"],
      ],
    );
    let answer = "";
    const ended = guest.then(() => true);
    while (!answer.includes("inside")) {
      answer = await fetchText(port);
      if (await Promise.race([ended, setTimeout(500, false)])) break;
    }
    const { console } = await guest;
    server.close();
    expect(console).toContain("lease of 10.0.2.15 obtained from 10.0.2.2");
    expect(console).toContain("greetings from outside");
    expect(answer).toContain("greetings from inside");
  });
});

/** Why this host has no user-mode network; a machine without any network has none. */
async function userNetworkObstacle(): Promise<string | undefined> {
  const addresses = { guest: "10.0.2.15", router: "10.0.2.2", nameServer: "10.0.2.3", prefix: 24 };
  const rest = { hasIpv6: false, searchDomains: [], forwards: [], isRestricted: false };
  try {
    const network = await openUserNetwork({ ...addresses, ...rest }, () => {});
    await network.close();
    return undefined;
  } catch (error) {
    if (error instanceof Failure) return error.message;
    throw error;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createTcp();
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

function fetchText(port: number): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    const request = get({ host: "127.0.0.1", port, timeout: 2000 }, (response) => {
      response.on("data", (chunk) => {
        text += String(chunk);
      });
      response.on("close", () => resolve(text));
    });
    request.on("timeout", () => request.destroy());
    request.on("error", () => resolve(text));
  });
}
