import { describe, expect, test } from "vitest";
import { FlatMemory } from "../../../../tests/contracts/support/flat-memory.ts";
import { VirtioDriver } from "../../../../tests/contracts/support/virtio-driver.ts";
import { Wire } from "../../../../tests/contracts/support/wire.ts";
import { recordedConsole } from "../../../../tests/support/run-guest.ts";
import { VirtioConsole } from "./virtio-console.ts";
import { VirtioMmio } from "./virtio-mmio.ts";

const text = 0x8002_0000;
const input = 0x8003_0000;
const ascii = (letters: string) => Uint8Array.from(letters, (letter) => letter.charCodeAt(0));

function makeConsole() {
  const memory = new FlatMemory();
  const recorded = recordedConsole();
  const device = new VirtioConsole({ console: recorded.sink });
  const mmio = new VirtioMmio({ name: "virtio0", irq: new Wire(), memory, device });
  const receiver = new VirtioDriver(mmio, memory, 8, 0);
  const sender = new VirtioDriver(mmio, memory, 8, 1);
  receiver.start();
  sender.join();
  const typed = (bytes: number) => {
    const copy = new Uint8Array(bytes);
    memory.read(input, copy);
    return String.fromCharCode(...copy);
  };
  return { memory, recorded, device, mmio, receiver, sender, typed };
}

describe("VirtioConsole", () => {
  test("prints what the guest sends, in order", () => {
    const { memory, recorded, sender } = makeConsole();
    memory.write(text, ascii("hello\n"));
    sender.offer({ address: text, bytes: 3 }, { address: text + 3, bytes: 3 });
    sender.notify();
    expect(recorded.text()).toBe("hello\n");
    expect(sender.collect()).toHaveLength(1);
  });

  test("keeps input until there are buffers, and fills them in order", () => {
    const { device, receiver, typed } = makeConsole();
    device.receive(ascii("first "));
    receiver.offer({ address: input, bytes: 4, writable: true });
    receiver.notify();
    expect(receiver.collect()).toEqual([{ head: 0, bytes: 4 }]);
    receiver.offer({ address: input + 4, bytes: 100, writable: true });
    receiver.notify();
    expect(receiver.collect()).toEqual([{ head: 1, bytes: 2 }]);
    receiver.offer({ address: input + 6, bytes: 100, writable: true });
    receiver.notify();
    expect(receiver.collect()).toEqual([]);
    device.receive(ascii("second"));
    expect(receiver.collect()).toEqual([{ head: 2, bytes: 6 }]);
    expect(typed(12)).toBe("first second");
  });

  test("takes any amount of input at once", () => {
    const { device, receiver, typed } = makeConsole();
    device.receive(new Uint8Array(2 ** 20).fill(65));
    device.receive(ascii("B"));
    receiver.offer({ address: input, bytes: 3, writable: true });
    receiver.notify();
    expect(typed(4)).toBe("AAA\0");
    expect(device.save().pending).toHaveLength(2 ** 20 - 2);
  });

  test("prints no more of a buffer than its cap", () => {
    const { recorded, sender } = makeConsole();
    const half = { address: 0x8000_0000, bytes: 60_000 };
    sender.offer(half, half);
    sender.notify();
    expect(recorded.text()).toHaveLength(65_536);
  });

  test("waiting input and buffers survive saving and restoring", () => {
    const { device, receiver } = makeConsole();
    device.receive(ascii("abc"));
    expect(VirtioConsole.restore({ console: { write() {} } }, device.save()).save()).toEqual({
      pending: ascii("abc"),
      buffers: [],
    });
    receiver.offer({ address: input, bytes: 2, writable: true });
    receiver.offer({ address: input, bytes: 2, writable: true });
    receiver.offer({ address: input, bytes: 2, writable: true });
    receiver.notify();
    expect(device.save().buffers).toHaveLength(1);
  });
});
