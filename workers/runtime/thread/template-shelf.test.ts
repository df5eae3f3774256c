import { describe, expect, test } from "vitest";
import { bareMetal, recordedConsole, smallMonitor } from "../../../tests/support/run-guest.ts";
import type { Machine, RamImage } from "../../vmm/mod.ts";
import { type ShelvedTemplate, TemplateShelf } from "./template-shelf.ts";
import type { SavedRun } from "./thread-protocol.ts";

const saved: SavedRun = {
  sections: new Map(),
  pages: new Uint32Array(),
  content: new Uint8Array(),
};

function shelf() {
  const told: string[] = [];
  const made = new TemplateShelf(
    () => told.push("changed"),
    (key) => told.push(`${key} forgotten`),
  );
  return { shelf: made, told };
}

function template(): ShelvedTemplate & { readonly monitor: ReturnType<typeof smallMonitor> } {
  const monitor = smallMonitor();
  const machine: Machine = monitor.createMachine(bareMetal(Uint8Array.of(1, 2, 3, 4)), {
    console: recordedConsole().sink,
    disks: new Map(),
  });
  const driver = {} as ShelvedTemplate["driver"];
  const none = { console: new Uint8Array(), disks: new Map(), sections: new Map() };
  return { machine, driver, ...none, monitor };
}

describe("the shelf of a thread", () => {
  test("has one run ask for a template, and make it where there is none, while others wait", () => {
    const { shelf: one, told } = shelf();
    expect(one.want("a", 1)).toEqual({ kind: "ask" });
    expect(one.want("a", 2)).toEqual({ kind: "wait" });
    expect(one.want("b", 3)).toEqual({ kind: "ask" });
    one.answer("a", undefined);
    expect(told).toEqual(["changed"]);
    expect(one.want("a", 2)).toEqual({ kind: "make" });
    expect(one.want("a", 1)).toEqual({ kind: "wait" });
    const made = template();
    one.put("a", made);
    expect(one.want("a", 1)).toEqual({ kind: "clone", template: made });
  });

  test("has another run do what one that is over had promised", () => {
    const { shelf: one } = shelf();
    one.want("a", 1);
    one.leave(1);
    expect(one.want("a", 2)).toEqual({ kind: "ask" });
    one.answer("a", undefined);
    expect(one.want("a", 2)).toEqual({ kind: "make" });
    one.leave(2);
    expect(one.want("a", 3)).toEqual({ kind: "ask" });
  });

  test("keeps the pages that come before what they belong to is looked at", () => {
    const { shelf: one } = shelf();
    one.want("a", 1);
    one.answer("a", saved);
    const more = { pages: Uint32Array.of(7), content: new Uint8Array(4096) };
    one.supply("a", more.pages, more.content);
    const answer = { saved, early: [more] };
    expect(one.want("a", 1)).toEqual({ kind: "restore", answer });
  });

  test("has a template made whose other pages are lost before it is looked at", () => {
    const { shelf: one } = shelf();
    one.want("a", 1);
    one.answer("a", saved);
    one.lose("a");
    expect(one.want("a", 1)).toEqual({ kind: "make" });
  });

  test("gives none where there cannot be one", () => {
    const { shelf: one } = shelf();
    one.want("a", 1);
    one.refuse("a");
    expect(one.want("a", 1)).toEqual({ kind: "without" });
    expect(one.want("a", 2)).toEqual({ kind: "without" });
  });

  test("gives memory back when it is told to, but not while somebody has the pages", () => {
    const { shelf: one, told } = shelf();
    const made = template();
    const before = made.monitor.inUse.freeFrames;
    one.put("a", made);
    const first = one.lend("a");
    const second = one.lend("a");
    expect([...(first?.content.page(0)?.subarray(0, 4) ?? [])]).toEqual([1, 2, 3, 4]);
    expect(first?.content.page(5)).toBeUndefined();
    one.forget("a");
    expect(one.want("a", 1)).toEqual({ kind: "ask" });
    expect(one.lend("a")).toBeUndefined();
    first?.giveBack();
    expect(told).not.toContain("a forgotten");
    expect(made.monitor.inUse.freeFrames).toBe(before);
    second?.giveBack();
    expect(told).toContain("a forgotten");
    expect(made.monitor.inUse.freeFrames).toBeGreaterThan(before);
  });

  test("lends its frames to another thread, at once or when it has them, and holds them for that long", () => {
    const { shelf: one } = shelf();
    const answers: (number | undefined)[] = [];
    const lend = (loan: number, isPatient: boolean) =>
      one.lendFrames("a", loan, isPatient, (lent) => answers.push(lent?.frames.length));
    lend(1, true);
    one.want("a", 1);
    lend(2, true);
    expect(answers).toEqual([undefined, undefined]);
    one.answer("a", undefined);
    lend(3, false);
    // Whoever has asked makes it at its next turn.
    lend(4, true);
    one.want("a", 1);
    expect(answers).toEqual([undefined, undefined, undefined]);
    const made = template();
    const before = made.monitor.inUse.freeFrames;
    one.put("a", made);
    const frames = answers[3];
    expect(frames).toBeGreaterThan(0);
    one.forget("a");
    expect(made.monitor.inUse.freeFrames).toBe(before);
    one.loanOver(4);
    expect(made.monitor.inUse.freeFrames).toBeGreaterThan(before);
  });

  test("tells a thread that waits where the template does not come to be", () => {
    const { shelf: one } = shelf();
    const answers: unknown[] = [];
    one.want("a", 1);
    one.answer("a", undefined);
    one.want("a", 1);
    one.lendFrames("a", 1, true, (lent) => answers.push(lent));
    expect(answers).toEqual([]);
    one.leave(1);
    expect(answers).toEqual([undefined]);
  });

  test("gives back what it has borrowed and nobody wants", () => {
    const { shelf: one } = shelf();
    const { machine, monitor } = template();
    const borrowed = () => ({
      sections: new Map(),
      image: machine.ram.capture() as RamImage,
      loan: 1,
    });
    one.answerBorrowed("a", borrowed());
    one.want("b", 1);
    one.answerBorrowed("b", borrowed());
    const before = monitor.inUse.freeFrames;
    machine.dispose();
    expect(monitor.inUse.freeFrames).toBe(before);
    one.forget("b");
    expect(monitor.inUse.freeFrames).toBeGreaterThan(before);
  });

  test("says that it has forgotten what it does not have", () => {
    const { shelf: one, told } = shelf();
    one.forget("a");
    expect(told).toEqual(["a forgotten"]);
  });
});
