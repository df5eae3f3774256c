import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TemplateLoans } from "./template-loans.ts";
import type { ThreadCommand } from "./thread-protocol.ts";

const template = { pages: new Uint32Array(), frames: new Uint32Array(), sections: new Map() };

function thread() {
  const told: ThreadCommand[] = [];
  return {
    told,
    post: (command: ThreadCommand) => void told.push(command),
    get words() {
      return told.map(({ type }) => type).join(" ");
    },
  };
}

/** Whether it has come to pass, as yet. */
async function hasSettled(promise: Promise<unknown>): Promise<boolean> {
  let isOver = false;
  promise.then(() => {
    isOver = true;
  });
  for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  return isOver;
}

describe("a template that a thread borrows of another one", () => {
  test("is offered, taken, and then not held for that any more", async () => {
    const loans = new TemplateLoans<ReturnType<typeof thread>>();
    const [from, to] = [thread(), thread()];
    const isTaken = loans.borrow("key", from, to, true);
    expect(from.told).toEqual([{ type: "lend", key: "key", loan: 1, isPatient: true }]);
    loans.lent(from, 1, template, false);
    expect(to.told).toMatchObject([{ type: "template", key: "key", offered: { loan: 1 } }]);
    expect(await hasSettled(isTaken)).toBe(false);
    loans.taken(1);
    expect(await isTaken).toBe("taken");
    expect(from.words).toBe("lend loan-over");
    expect(loans.settle(1)).toBe(from);
  });

  test("is none where the other one does not have it, ends, or does not answer in time", async () => {
    const loans = new TemplateLoans<ReturnType<typeof thread>>(5);
    const [from, to] = [thread(), thread()];
    const refused = loans.borrow("key", from, to, true);
    loans.lent(from, 1, undefined, false);
    expect(await refused).toBe("none");
    const late = loans.borrow("key", from, to, true);
    expect(await late).toBe("in vain");
    loans.lent(from, 2, template, false);
    expect(from.words).toBe("lend lend loan-over");
    const gone = loans.borrow("key", from, to, true);
    await loans.leave(from);
    expect(await gone).toBe("none");
    expect(to.told).toEqual([]);
  });

  test("keeps what its lender held until whoever may be taking it has, or has ended", async () => {
    const loans = new TemplateLoans<ReturnType<typeof thread>>();
    const [from, quick, dying] = [thread(), thread(), thread()];
    for (const to of [quick, dying]) void loans.borrow("key", from, to, true);
    loans.lent(from, 1, template, false);
    loans.lent(from, 2, template, false);
    const left = loans.leave(from);
    expect(await hasSettled(left)).toBe(false);
    loans.taken(1);
    expect(await hasSettled(left)).toBe(false);
    loans.ended(dying);
    await left;
  });

  test("never lets a lender's part go while somebody is taking of it, in any order of things", async () => {
    const act = fc.tuple(
      fc.constantFrom("borrow", "lent", "nothing", "taken", "leave", "ended"),
      fc.nat(2),
      fc.nat(2),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 30 }), async (acts) => {
        const loans = new TemplateLoans<ReturnType<typeof thread>>();
        const threads = [thread(), thread(), thread()];
        const leaving = new Map<unknown, Promise<void>>();
        const ended = new Set<unknown>();
        const made: { from: unknown; to: unknown; state: string }[] = [];
        for (const [kind, one, other] of acts) {
          const [from, to] = [threads[one], threads[other]];
          if (!from || !to || ended.has(from) || ended.has(to)) continue;
          const number = 1 + ((one + 3 * other) % Math.max(1, made.length));
          const loan = made[number - 1];
          if (kind === "borrow" && from !== to && !leaving.has(from)) {
            void loans.borrow("key", from, to, true);
            made.push({ from, to, state: "asked" });
          } else if (kind === "leave" && !leaving.has(from)) {
            leaving.set(from, loans.leave(from));
            for (const own of made) {
              if (own.from === from && own.state === "asked") own.state = "over";
            }
          } else if (kind === "ended" && leaving.has(from)) {
            loans.ended(from);
            ended.add(from);
            for (const own of made) if (own.to === from) own.state = "over";
          } else if (loan && (kind === "lent" || kind === "nothing")) {
            loans.lent(
              loan.from as typeof from,
              number,
              kind === "lent" ? template : undefined,
              true,
            );
            if (loan.state === "asked") loan.state = kind === "lent" ? "offered" : "over";
          } else if (loan && kind === "taken") {
            loans.taken(number);
            if (loan.state === "offered") loan.state = "over";
          }
          for (const [lender, left] of leaving) {
            const isHeld = made.some((own) => own.from === lender && own.state === "offered");
            expect(await hasSettled(left)).toBe(!isHeld);
          }
        }
      }),
      { numRuns: 200 },
    );
  });
});
