import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { escapeKeys, type KeyFilter, plainKeys, signalKeys } from "./console-keys.ts";

function type(filter: KeyFilter, ...parts: string[]) {
  const events = parts.flatMap((part) => filter(new TextEncoder().encode(part)));
  return {
    input: events
      .map((event) => (event.kind === "input" ? new TextDecoder().decode(event.bytes) : ""))
      .join(""),
    commands: events.flatMap((event) => (event.kind === "command" ? event.command : [])),
  };
}

describe("escapeKeys", () => {
  test.each([
    ["ls\n", "ls\n", []],
    ["a\x01x", "a", ["quit"]],
    ["\x01X", "", ["quit"]],
    ["\x01h\x01?", "", ["help", "help"]],
    ["\x01c", "", ["monitor"]],
    ["\x01\x01x", "\x01x", []],
    ["\x01\x01\x01x", "\x01", ["quit"]],
    ["\x01qz", "z", []],
    ["\x03", "\x03", []],
  ])("%j gives the guest %j and the terminal %j", (typed, input, commands) => {
    expect(type(escapeKeys(), typed)).toEqual({ input, commands });
  });

  test("a pair of keys may arrive in two parts", () => {
    expect(type(escapeKeys(), "a\x01", "x")).toEqual({ input: "a", commands: ["quit"] });
  });

  test("what is typed before a command comes before it, and what is typed after it after", () => {
    const [before, command, after] = escapeKeys()(new TextEncoder().encode("a\x01cinfo"));
    expect([before?.kind, command?.kind, after?.kind]).toEqual(["input", "command", "input"]);
  });

  test("how the bytes are cut into parts never matters", () => {
    const text = fc.string({ unit: fc.constantFrom("\x01", "x", "h", "a", "\x03"), maxLength: 40 });
    fc.assert(
      fc.property(text, fc.nat(40), (typed, cut) => {
        expect(type(escapeKeys(), typed.slice(0, cut), typed.slice(cut))).toEqual(
          type(escapeKeys(), typed),
        );
      }),
    );
  });
});

describe("signalKeys", () => {
  test("Ctrl-C and Ctrl-\\ are commands, Ctrl-A is input", () => {
    expect(type(signalKeys(), "a\x03b\x01x")).toEqual({
      input: "ab\x01x",
      commands: ["interrupt"],
    });
    expect(type(signalKeys(), "\x1c")).toEqual({ input: "", commands: ["interrupt"] });
  });
});

describe("plainKeys", () => {
  test("every byte is input", () => {
    expect(type(plainKeys(), "\x01x\x03")).toEqual({ input: "\x01x\x03", commands: [] });
  });
});
