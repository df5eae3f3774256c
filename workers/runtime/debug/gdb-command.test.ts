import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseCommand } from "./gdb-command.ts";

describe("parseCommand", () => {
  test.each([
    ["qSupported:a+;b-", { kind: "supported", features: ["a+", "b-"] }],
    ["?", { kind: "why-stopped" }],
    [
      "vCont;s:1;c",
      {
        kind: "resume",
        actions: [
          { kind: "step", thread: 1 },
          { kind: "continue", thread: undefined },
        ],
      },
    ],
    ["vCont;C05:-1", { kind: "resume", actions: [{ kind: "continue", thread: undefined }] }],
    ["s", { kind: "resume", actions: [{ kind: "step", thread: undefined }] }],
    [
      "c80000000",
      {
        kind: "resume",
        actions: [{ kind: "continue", thread: undefined }],
        at: 0x8000_0000n,
      },
    ],
    ["Hg0", { kind: "choose-thread", use: "g", thread: 0 }],
    ["Hc-1", { kind: "choose-thread", use: "c", thread: -1 }],
    ["p20", { kind: "read-register", register: 32 }],
    ["P2=0100000000000080", { kind: "write-register", register: 2, value: 0x8000_0000_0000_0001n }],
    [
      "mffffffff80000000,8",
      {
        kind: "read-memory",
        address: 0xffff_ffff_8000_0000n,
        bytes: 8,
      },
    ],
    ["M10,2:abcd", { kind: "write-memory", address: 16n, bytes: Uint8Array.of(0xab, 0xcd) }],
    ["X10,2:\x00\xff", { kind: "write-memory", address: 16n, bytes: Uint8Array.of(0, 255) }],
    [
      "Z1,80000000,4",
      {
        kind: "set-point",
        point: "breakpoint",
        address: 0x8000_0000n,
        bytes: 4,
      },
    ],
    ["z2,10,8", { kind: "clear-point", point: "store", address: 16n, bytes: 8 }],
    ["qRcmd,696e666f", { kind: "monitor", line: "info" }],
    ["k", { kind: "kill", wantsAnswer: false }],
    ["vKill;1", { kind: "kill", wantsAnswer: true }],
    ["M10,3:abcd", { kind: "malformed" }],
    ["m,", { kind: "malformed" }],
    ["vCont;", { kind: "malformed" }],
    ["vMustReplyEmpty", { kind: "unknown" }],
    ["Z7,0,0", { kind: "unknown" }],
    ["", { kind: "unknown" }],
  ])("%j", (payload, command) => {
    expect(parseCommand(payload)).toEqual(command);
  });

  test("any payload at all is a command, malformed or unknown, and nothing throws", () => {
    const beginnings = fc.constantFrom(
      ...["vCont;", "Z0,", "m", "M", "X", "P", "p", "H", "T", "qXfer:", "qRcmd,", "G", "c", "S"],
    );
    const rest = fc.oneof(
      fc.string({ unit: "binary", maxLength: 40 }),
      fc.string({ unit: fc.constantFrom(..."0123456789abcdef,:;=-cs"), maxLength: 40 }),
    );
    fc.assert(
      fc.property(beginnings, rest, (beginning, text) => {
        return parseCommand(beginning + text).kind !== undefined;
      }),
      { numRuns: 1000 },
    );
  });
});
