import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RoundRobin } from "../../workers/vmm/scheduler/round-robin.ts";
import type { VcpuScheduler } from "../../workers/vmm/scheduler/vcpu-scheduler.ts";

/** What is promised of every scheduler. */
const schedulers: Readonly<Record<string, () => VcpuScheduler<string>>> = {
  "round robin": () => new RoundRobin(10),
};

const names = ["a", "b", "c", "d", "e"];
const command = fc.oneof(
  fc.record({ kind: fc.constant("join" as const), name: fc.constantFrom(...names) }),
  fc.record({ kind: fc.constant("leave" as const), name: fc.constantFrom(...names) }),
  fc.record({
    kind: fc.constant("turn" as const),
    took: fc.integer({ min: 0, max: 50 }),
    leaves: fc.boolean(),
  }),
);

describe.each(Object.entries(schedulers))("%s", (_name, create) => {
  test("gives turns to those that want to run, to nobody else, and none where nobody does", () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 200, size: "max" }), (commands) => {
        const scheduler = create();
        const wanting = new Set<string>();
        let now = 0;
        for (const each of commands) {
          if (each.kind === "join") {
            if (!wanting.has(each.name)) scheduler.join(each.name);
            wanting.add(each.name);
          } else if (each.kind === "leave") {
            if (wanting.delete(each.name)) scheduler.leave(each.name);
          } else {
            const turn = scheduler.next(now);
            expect(turn === undefined).toBe(wanting.size === 0);
            if (!turn) continue;
            expect(wanting).toContain(turn.vcpu);
            expect(turn.time).toBeGreaterThan(0);
            now += each.took;
            if (each.leaves) {
              wanting.delete(turn.vcpu);
              scheduler.leave(turn.vcpu);
            }
            scheduler.charge(turn.vcpu, each.took);
          }
        }
      }),
    );
  });

  test("lets nobody wait for ever, and gives those that are alike about the same", () => {
    const scheduler = create();
    for (const name of names) scheduler.join(name);
    const had = new Map(names.map((name) => [name, 0]));
    let now = 0;
    for (let count = 0; count < 1000 * names.length; count++) {
      const turn = scheduler.next(now);
      if (!turn) throw new Error("somebody wants to run");
      had.set(turn.vcpu, (had.get(turn.vcpu) ?? 0) + turn.time);
      now += turn.time;
      scheduler.charge(turn.vcpu, turn.time);
    }
    for (const time of had.values()) expect(time / (now / names.length)).toBeCloseTo(1, 0.5);
  });

  test("whoever joins late has to wait no longer than all others together", () => {
    const scheduler = create();
    for (const name of ["a", "b", "c"]) scheduler.join(name);
    for (let now = 0; now < 1000; now += 10) {
      const turn = scheduler.next(now);
      if (turn) scheduler.charge(turn.vcpu, 10);
    }
    scheduler.join("late");
    const turns = Array.from({ length: 40 }, (_, count) => {
      const turn = scheduler.next(1000 + 10 * count);
      if (turn) scheduler.charge(turn.vcpu, 10);
      return turn?.vcpu;
    });
    expect(turns).toContain("late");
    expect(turns.filter((name) => name === "late").length).toBeLessThan(30);
  });
});
