import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EventQueue } from "./event-queue.ts";

describe("EventQueue", () => {
  test("fires in the order of deadlines, then of registration", () => {
    const { queue, fired } = queueOf("a", "b", "c");
    queue.arm("c", 10);
    queue.arm("b", 20);
    queue.arm("a", 20);
    queue.events.advanceTo(30);
    expect(fired).toEqual(["c", "a", "b"]);
  });

  test("fires an alarm once, at its deadline and not before", () => {
    const { queue, fired } = queueOf("a");
    queue.arm("a", 10);
    queue.events.advanceTo(9);
    expect(fired).toEqual([]);
    queue.events.advanceTo(10);
    queue.events.advanceTo(11);
    expect(fired).toEqual(["a"]);
    expect(queue.events.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
  });

  test("arming an armed alarm moves it, disarming forgets it", () => {
    const { queue, fired } = queueOf("a", "b");
    queue.arm("a", 10);
    queue.arm("a", 30);
    queue.arm("b", 20);
    expect(queue.events.nextDeadline()).toBe(20);
    queue.alarms.get("b")?.disarm();
    expect(queue.alarms.get("b")?.isArmed).toBe(false);
    expect(queue.events.nextDeadline()).toBe(30);
    queue.events.advanceTo(30);
    expect(fired).toEqual(["a"]);
  });

  test("what a fired alarm arms for a time already reached fires in the same advance", () => {
    const fired: string[] = [];
    const events = new EventQueue(() => 0);
    const second = events.alarm("second", () => fired.push("second"));
    const first = events.alarm("first", () => {
      fired.push("first");
      second.arm(5);
    });
    const third = events.alarm("third", () => fired.push("third"));
    first.arm(3);
    third.arm(6);
    events.advanceTo(10);
    expect(fired).toEqual(["first", "second", "third"]);
  });

  test("the order of firing does not depend on how time is sliced", () => {
    const deadlines = fc.array(fc.nat(50), { minLength: 1, maxLength: 12 });
    const slices = fc.array(fc.nat(60), { maxLength: 10 });
    fc.assert(
      fc.property(deadlines, slices, (times, stops) => {
        const run = (ends: readonly number[]) => {
          const { queue, fired } = queueOf(...times.map((_, index) => String(index)));
          times.forEach((time, index) => {
            queue.arm(String(index), time);
          });
          for (const end of ends) {
            queue.events.advanceTo(end);
          }
          return fired;
        };
        expect(run([...stops.toSorted((a, b) => a - b), 60])).toEqual(run([60]));
      }),
    );
  });

  test("restore arms exactly what was armed when the state was saved", () => {
    const { queue } = queueOf("a", "b", "c");
    queue.arm("a", 10);
    queue.arm("b", 20);
    const state = queue.events.save();
    expect(state).toEqual({ a: 10, b: 20 });

    const { queue: restored, fired } = queueOf("a", "b", "c");
    restored.arm("c", 5);
    restored.events.restore(state);
    expect(restored.events.save()).toEqual(state);
    restored.events.advanceTo(20);
    expect(fired).toEqual(["a", "b"]);
  });

  test("an alarm that is registered after the restore is armed as it was saved", () => {
    const { queue } = queueOf("a");
    queue.events.restore({ a: 10, later: 5 });
    expect(queue.events.save()).toEqual({ a: 10, later: 5 });
    const fired: string[] = [];
    queue.events.alarm("later", () => fired.push("later"));
    queue.events.advanceTo(5);
    expect(fired).toEqual(["later"]);
    expect(queue.events.save()).toEqual({ a: 10 });
  });

  test("refuses two alarms of one name", () => {
    const { queue } = queueOf("a");
    expect(() => queue.events.alarm("a", () => {})).toThrow(/two alarms are called a/);
  });
});

function queueOf(...names: readonly string[]) {
  const fired: string[] = [];
  const events = new EventQueue(() => 0);
  const alarms = new Map(
    names.map((name) => [name, events.alarm(name, () => fired.push(name))] as const),
  );
  const arm = (name: string, deadline: number) => alarms.get(name)?.arm(deadline);
  return { queue: { events, alarms, arm }, fired };
}
