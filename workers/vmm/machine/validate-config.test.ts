import { expect, test } from "vitest";
import type { BlockBackend, MachineConfig, MachineResources, VirtioConfig } from "./config.ts";
import { validateConfig } from "./validate-config.ts";

const good: MachineConfig = {
  ramBytes: 2 ** 26,
  harts: 1,
  boot: { firmware: "none", kernel: new Uint8Array(4) },
  time: "virtual",
  seed: 0,
  virtio: [],
};
const resources: MachineResources = { console: { write() {} }, disks: new Map() };
const rng = (slot: number): VirtioConfig => ({ kind: "rng", slot });
const block: VirtioConfig = { kind: "block", slot: 0, disk: "root", readOnly: false };

test("a plain machine is accepted", () => {
  expect(() => validateConfig(good, resources)).not.toThrow();
  const eight = [0, 1, 2, 3, 4, 5, 6, 7].map(rng);
  expect(() => validateConfig({ ...good, virtio: eight }, resources)).not.toThrow();
});

test.each<[string, Partial<MachineConfig>]>([
  ["ram-size", { ramBytes: 2 ** 20 - 4096 }],
  ["ram-size", { ramBytes: 2 ** 26 + 1 }],
  ["ram-size", { ramBytes: 4 * 2 ** 30 }],
  ["ram-size", { ramBytes: Number.NaN }],
  ["harts-unsupported", { harts: 0 }],
  ["harts-unsupported", { harts: 9 }],
  ["seed-invalid", { seed: 0.5 }],
  ["seed-invalid", { seed: -1 }],
  ["seed-invalid", { seed: 2 ** 32 }],
  ["seed-invalid", { seed: Number.NaN }],
  ["seed-invalid", { seed: Number.POSITIVE_INFINITY }],
  ["command-line-too-long", { boot: { ...good.boot, commandLine: "x".repeat(2 ** 20) } }],
  ["virtio-slot", { virtio: [rng(8)] }],
  ["virtio-slot", { virtio: [rng(-1)] }],
  ["virtio-slot", { virtio: [rng(0.5)] }],
  ["virtio-slot", { virtio: [rng(3), rng(3)] }],
  ["disk-missing", { virtio: [block] }],
  ["host-clock-missing", { time: "host" }],
])("%s: %o", (code, change) => {
  expect(() => validateConfig({ ...good, ...change }, resources)).toThrow(
    expect.objectContaining({ name: "Failure", code, hint: expect.stringMatching(/\.$/) }),
  );
});

test.each([1, 511, 513, 2 ** 20 + 100, -512, 0.5, Number.NaN])(
  "a disk of %d bytes is refused: they are no sectors",
  (bytes) => {
    const disk: BlockBackend = { bytes, read() {}, write() {}, flush() {} };
    const disks = new Map([["root", disk]]);
    expect(() => validateConfig({ ...good, virtio: [block] }, { ...resources, disks })).toThrow(
      expect.objectContaining({ name: "Failure", code: "disk-size" }),
    );
  },
);
