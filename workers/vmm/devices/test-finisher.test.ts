import { expect, test } from "vitest";
import { type FinisherRequest, TestFinisher } from "./test-finisher.ts";

test.each<[string, number, readonly FinisherRequest[]]>([
  ["a pass powers off with status 0", 0x5555, [{ kind: "power-off", code: 0 }]],
  ["a fail powers off with its code", 0x0003_3333, [{ kind: "power-off", code: 3 }]],
  ["a fail without code has status 0, as in QEMU", 0x3333, [{ kind: "power-off", code: 0 }]],
  ["a status has eight bits", 0x0102_3333, [{ kind: "power-off", code: 2 }]],
  ["a reset reboots", 0x7777, [{ kind: "reboot" }]],
  ["any other word does nothing", 0x1234, []],
])("%s", (_promise, value, expected) => {
  const requests: FinisherRequest[] = [];
  const finisher = new TestFinisher({ name: "test", onStop: (request) => requests.push(request) });
  finisher.write(0, 4, value);
  expect(requests).toEqual(expected);
});

test("only the word at offset 0 counts", () => {
  const requests: FinisherRequest[] = [];
  const finisher = new TestFinisher({ name: "test", onStop: (request) => requests.push(request) });
  finisher.write(4, 4, 0x5555);
  finisher.write(0, 1, 0x55);
  expect(requests).toEqual([]);
  finisher.write(0, 2, 0x5555);
  expect(requests).toHaveLength(1);
});
