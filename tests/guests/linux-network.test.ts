import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { ensureLinuxImage } from "../../deploy/images/linux/ensure-linux-image.ts";
import { linuxCommandLine } from "../../deploy/images/linux/linux-command-line.ts";
import {
  ConsoleScript,
  type ConsoleStep,
  Lockstep,
  type NetBackend,
  NetHub,
  networkLatency,
} from "../../workers/vmm/mod.ts";
import { recordedConsole, smallMonitor } from "../support/run-guest.ts";

const mebibyte = 2 ** 20;
const ethernetHeader = 14;
const icmp = 1;

const expectText = (pattern: string): ConsoleStep => ({ kind: "expect", pattern, within: 20e9 });
const send = (text: string): ConsoleStep => ({ kind: "send", text: `${text}\n` });
const end: ConsoleStep = { kind: "exit-code", code: 0, within: 20e9 };

/** Notes down the ICMP message types (8 asks for an echo, 0 is one) that a card sends by IPv4. */
function overheard(port: NetBackend, types: number[]): NetBackend {
  return {
    attach: (receive) => port.attach(receive),
    send: (frame, now) => {
      const isIpv4 = frame[12] === 0x08 && frame[13] === 0x00;
      if (isIpv4 && frame[ethernetHeader + 9] === icmp)
        types.push(frame[ethernetHeader + 20] ?? -1);
      port.send(frame, now);
    },
  };
}

test("two Debian kernels on one hub bring up virtio-net, ping each other and pass on a file", () => {
  const { kernel, initrd } = ensureLinuxImage();
  const monitor = smallMonitor(512 * mebibyte);
  const hub = new NetHub();
  const start = (number: number, steps: readonly ConsoleStep[]) => {
    const console = recordedConsole();
    const script = new ConsoleScript(steps);
    const types: number[] = [];
    const machine = monitor.createMachine(
      {
        ramBytes: 192 * mebibyte,
        harts: 1,
        boot: {
          firmware: "sbi",
          kernel: readFileSync(kernel),
          initrd: readFileSync(initrd),
          commandLine: linuxCommandLine,
        },
        time: "virtual",
        seed: number,
        virtio: [{ kind: "net", network: "hub", mac: `52:54:00:00:00:0${number}`, slot: 7 }],
      },
      {
        console: {
          write: (byte) => {
            console.sink.write(byte);
            script.write(byte);
          },
        },
        disks: new Map(),
        networks: new Map([["hub", overheard(hub.port(), types)]]),
      },
    );
    script.attach(machine);
    return { machine, script, types, text: () => console.text().replaceAll("\r", "") };
  };

  const configure = (number: number) =>
    `ip addr add 10.0.0.${number}/24 dev eth0; ip link set eth0 up; ip link show eth0`;
  const server = start(1, [
    expectText("^~ # "),
    send(configure(1)),
    expectText("^~ # "),
    send("nc -l -p 9 | md5sum; poweroff -f"),
    end,
  ]);
  const client = start(2, [
    expectText("^~ # "),
    send(configure(2)),
    expectText("^~ # "),
    send("sleep 1; ping -c 3 -i 1 10.0.0.1"),
    expectText("packets transmitted"),
    send("head -c 300000 /dev/urandom > sent; md5sum < sent; nc 10.0.0.1 9 < sent; poweroff -f"),
    end,
  ]);
  const both = [server, client];
  try {
    const lockstep = new Lockstep(
      both.map(({ machine }) => machine),
      networkLatency,
    );
    while (!lockstep.advance()) {
      // A script's deadlines are in guest time, so this comes to an end.
      if (both.some(({ script }) => script.hasFailed)) break;
    }
    const endings = lockstep.endings;
    expect(both.map(({ text, script }) => (script.hasFailed ? text() : ""))).toEqual(["", ""]);
    expect(endings).toEqual(both.map(() => ({ kind: "power-off", code: 0 })));
    expect(server.text()).toMatch(/eth0: <.*,UP,LOWER_UP>/);
    expect(server.text()).toContain("link/ether 52:54:00:00:00:01 ");
    expect(client.text()).toContain("3 packets transmitted, 3 packets received, 0% packet loss");
    expect(client.types).toEqual([8, 8, 8]);
    expect(server.types).toEqual([0, 0, 0]);
    const sums = both.map(({ text }) => /^([0-9a-f]{32}) {2}-$/m.exec(text())?.[1]);
    expect(sums[0]).toMatch(/./);
    expect(sums[1]).toBe(sums[0]);
  } finally {
    for (const { machine } of both) machine.dispose();
  }
});
