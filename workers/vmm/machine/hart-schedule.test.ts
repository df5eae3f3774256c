import { beforeEach, describe, expect, test } from "vitest";
import { compiler } from "../../host/compiler.ts";
import { Hart } from "../hart/hart.ts";
import { smallestMemoryBytes } from "../memory/layout.ts";
import { MachineMemory } from "../memory/machine-memory.ts";
import { HartSchedule } from "./hart-schedule.ts";

const memory = new MachineMemory(compiler.createMemory(smallestMemoryBytes));
const harts = [new Hart(memory, 0), new Hart(memory, 1), new Hart(memory, 2)] as const;
const timer = 7;
const stopped = new Set<number>();
const scheduleOf = (...some: [Hart, ...Hart[]]) =>
  new HartSchedule(some, (hart) => stopped.has(hart));
const idOf = (schedule: HartSchedule) => schedule.next()?.id;

beforeEach(() => {
  stopped.clear();
  for (const hart of harts) {
    hart.setPending(timer, false);
    hart.setWide("mie", 1n << BigInt(timer));
  }
});

describe("HartSchedule", () => {
  test("lets each hart run for its quantum in turn", () => {
    const schedule = scheduleOf(...harts);
    const turns = [0, 1, 2, 3].map(() => {
      const id = idOf(schedule);
      schedule.use(schedule.quantumLeft);
      return id;
    });
    expect(turns).toEqual([0, 1, 2, 0]);
  });

  test("keeps a turn that a driver's slice has cut", () => {
    const schedule = scheduleOf(...harts);
    schedule.use(10);
    const left = schedule.quantumLeft;
    expect([idOf(schedule), schedule.quantumLeft]).toEqual([0, left]);
  });

  test("passes over a hart that waits until an enabled interrupt is pending for it", () => {
    const schedule = scheduleOf(harts[0], harts[1]);
    schedule.wait();
    expect(idOf(schedule)).toBe(1);
    schedule.use(schedule.quantumLeft);
    expect(idOf(schedule)).toBe(1);
    harts[0].setPending(timer, true);
    schedule.use(schedule.quantumLeft);
    expect(idOf(schedule)).toBe(0);
  });

  test("has nothing to run when all harts wait or are stopped", () => {
    const schedule = scheduleOf(harts[0], harts[1]);
    stopped.add(1);
    schedule.wait();
    expect(schedule.next()).toBeUndefined();
  });

  test("a lone hart's turn never ends", () => {
    const schedule = scheduleOf(harts[0]);
    schedule.use(1e9);
    schedule.yield();
    expect([idOf(schedule), schedule.quantumLeft]).toEqual([0, Number.POSITIVE_INFINITY]);
  });

  test("has a hart give its turn away only while another could take it", () => {
    const schedule = scheduleOf(...harts);
    const isOfUse = () => {
      schedule.noteTurns();
      return schedule.current.get("takesTurns") === 1;
    };
    stopped.add(2);
    expect(isOfUse()).toBe(true);
    schedule.yield();
    schedule.next();
    schedule.wait();
    schedule.next();
    expect([schedule.current.id, isOfUse()]).toEqual([0, false]);
    harts[1].setPending(timer, true);
    expect(isOfUse()).toBe(true);
    harts[1].setPending(timer, false);
    stopped.clear();
    expect(isOfUse()).toBe(true);
  });

  test("a turn's end takes the reservation away", () => {
    const schedule = scheduleOf(harts[0], harts[1]);
    harts[0].setWide("reservedAddress", 0x8000_0000n);
    schedule.yield();
    expect(idOf(schedule)).toBe(1);
    expect(BigInt.asIntN(64, harts[0].wide("reservedAddress"))).toBe(-1n);
  });
});
