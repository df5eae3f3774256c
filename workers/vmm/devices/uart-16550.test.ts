import { describe, expect, test } from "vitest";
import { Wire } from "../../../tests/contracts/support/wire.ts";
import { Uart16550 } from "./uart-16550.ts";

const reg = { data: 0, enable: 1, identification: 2, fifo: 2, line: 3, modem: 4, status: 5 };

describe("Uart16550", () => {
  test("sends each byte at once and is always ready for the next", () => {
    const { uart, sent } = makeUart();
    for (const byte of text("hi")) {
      expect(uart.read(reg.status, 1) & 0x60).toBe(0x60);
      uart.write(reg.data, 1, byte);
    }
    expect(sent).toEqual(text("hi"));
  });

  test("shows the values that QEMU's UART has after power-on", () => {
    const { uart } = makeUart();
    expect([1, 2, 3, 4, 5, 6, 7].map((offset) => uart.read(offset, 1))).toEqual([
      0, 1, 0, 8, 0x60, 0xb0, 0,
    ]);
  });

  test("hands queued input through the FIFO in order and loses nothing", () => {
    const { uart } = makeUart();
    uart.write(reg.fifo, 1, 1);
    const input = text("forty bytes are more than a FIFO can hold");
    uart.receive(Uint8Array.from(input.slice(0, 3)));
    uart.receive(Uint8Array.from(input.slice(3)));
    expect(readAll(uart)).toEqual(input);
    expect(uart.read(reg.status, 1) & 1).toBe(0);
  });

  test("without FIFO hands over one byte after the other", () => {
    const { uart } = makeUart();
    uart.receive(Uint8Array.from(text("abc")));
    expect(readAll(uart)).toEqual(text("abc"));
  });

  test("interrupts for received data as long as there is some", () => {
    const { uart, wire } = makeUart();
    uart.write(reg.fifo, 1, 1);
    uart.write(reg.enable, 1, 1);
    expect(wire.level).toBe(false);
    uart.receive(Uint8Array.of(65, 66));
    expect(wire.level).toBe(true);
    expect(uart.read(reg.identification, 1)).toBe(0xc4);
    uart.read(reg.data, 1);
    expect(wire.level).toBe(true);
    uart.read(reg.data, 1);
    expect(wire.level).toBe(false);
    expect(uart.read(reg.identification, 1)).toBe(0xc1);
  });

  test.each([
    [0x01, 1],
    [0x41, 4],
    [0x81, 8],
    [0xc1, 14],
  ])(
    "with FIFO control %i reports a timeout below %i bytes, data from there on",
    (control, trigger) => {
      const { uart } = makeUart();
      uart.write(reg.fifo, 1, control);
      uart.write(reg.enable, 1, 1);
      uart.receive(new Uint8Array(trigger - 1));
      expect(uart.read(reg.identification, 1)).toBe(trigger === 1 ? 0xc1 : 0xcc);
      uart.receive(new Uint8Array(1));
      expect(uart.read(reg.identification, 1)).toBe(0xc4);
    },
  );

  test("reading the identification acknowledges the transmit interrupt, writing raises it again", () => {
    const { uart, wire } = makeUart();
    uart.write(reg.enable, 1, 2);
    expect(wire.level).toBe(true);
    expect(uart.read(reg.identification, 1)).toBe(2);
    expect(wire.level).toBe(false);
    expect(uart.read(reg.identification, 1)).toBe(1);
    uart.write(reg.data, 1, 65);
    expect(wire.level).toBe(true);
    expect(uart.read(reg.identification, 1)).toBe(2);
  });

  test("enabling the transmit interrupt raises it even after it was acknowledged", () => {
    const { uart } = makeUart();
    uart.write(reg.enable, 1, 2);
    uart.read(reg.identification, 1);
    uart.write(reg.enable, 1, 0);
    expect(uart.read(reg.identification, 1)).toBe(1);
    uart.write(reg.enable, 1, 2);
    expect(uart.read(reg.identification, 1)).toBe(2);
  });

  test("reports overrun before data before transmit", () => {
    const { uart } = makeUart();
    uart.write(reg.modem, 1, 0x10);
    uart.write(reg.enable, 1, 7);
    uart.write(reg.data, 1, 1);
    uart.write(reg.data, 1, 2);
    expect(uart.read(reg.identification, 1)).toBe(6);
    expect(uart.read(reg.status, 1)).toBe(0x63);
    expect(uart.read(reg.identification, 1)).toBe(4);
    expect(uart.read(reg.data, 1)).toBe(2);
    expect(uart.read(reg.identification, 1)).toBe(2);
  });

  test("in loopback receives what it sends, and shows modem outputs as inputs", () => {
    const { uart, sent } = makeUart();
    uart.write(reg.modem, 1, 0x1a);
    // The check by which Linux' 8250 driver tells that a UART is there.
    expect(uart.read(6, 1) & 0xf0).toBe(0x90);
    uart.write(reg.data, 1, 0x5a);
    expect(sent).toEqual([]);
    expect(uart.read(reg.data, 1)).toBe(0x5a);
  });

  test("keeps input back while in loopback", () => {
    const { uart } = makeUart();
    uart.write(reg.modem, 1, 0x10);
    uart.receive(Uint8Array.of(65));
    expect(uart.read(reg.status, 1) & 1).toBe(0);
    uart.write(reg.modem, 1, 0);
    expect(uart.read(reg.data, 1)).toBe(65);
  });

  test("keeps divisor and scratch, and the divisor hides data and interrupt enable", () => {
    const { uart, sent } = makeUart();
    uart.write(7, 1, 0xa5);
    uart.write(reg.line, 1, 0x83);
    uart.write(reg.data, 1, 0x34);
    uart.write(reg.enable, 1, 0x12);
    expect([uart.read(0, 1), uart.read(1, 1)]).toEqual([0x34, 0x12]);
    uart.write(reg.line, 1, 3);
    expect(uart.read(reg.enable, 1)).toBe(0);
    expect(uart.read(7, 1)).toBe(0xa5);
    expect(sent).toEqual([]);
  });

  test("flushing the FIFO drops what is in it, not what is queued behind it", () => {
    const { uart } = makeUart();
    uart.write(reg.fifo, 1, 1);
    uart.receive(Uint8Array.from({ length: 20 }, (_, index) => index));
    uart.write(reg.fifo, 1, 3);
    expect(readAll(uart)).toEqual([16, 17, 18, 19]);
  });

  test("a console that takes input past the registers gets it in order", () => {
    const { uart } = makeUart();
    uart.receive(Uint8Array.from(text("ab")));
    expect([uart.takeInput(), uart.takeInput(), uart.takeInput()]).toEqual([
      ...text("ab"),
      undefined,
    ]);
  });
});

function makeUart() {
  const sent: number[] = [];
  const wire = new Wire();
  const console = { write: (byte: number) => sent.push(byte) };
  return { uart: new Uart16550({ name: "uart0", irq: wire, console }), wire, sent };
}

function readAll(uart: Uart16550): number[] {
  const bytes: number[] = [];
  while ((uart.read(reg.status, 1) & 1) === 1) {
    bytes.push(uart.read(reg.data, 1));
  }
  return bytes;
}

function text(characters: string): number[] {
  return [...characters].map((character) => character.charCodeAt(0));
}
