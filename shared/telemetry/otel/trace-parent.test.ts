import fc from "fast-check";
import { expect, test } from "vitest";
import { chosenIds } from "./chosen-ids.ts";
import { traceParent } from "./trace-parent.ts";

test("what is written is read again", () => {
  const place = {
    traceId: chosenIds.generateTraceId(),
    spanId: chosenIds.generateSpanId(),
    traceFlags: 1,
  };
  expect(traceParent.read(traceParent.write(place))).toEqual({ ...place, isRemote: true });
});

test("what is none is no place, whatever it is", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(traceParent.read(text)).toBeUndefined();
    }),
  );
  expect(traceParent.read(`00-${"0".repeat(32)}-${"1".repeat(16)}-01`)).toBeUndefined();
  expect(traceParent.read(`00-${"1".repeat(32)}-${"0".repeat(16)}-01`)).toBeUndefined();
});

test("ids that are chosen are given to one span, and the next ones are random again", () => {
  const ids = { traceId: "a".repeat(32), spanId: "b".repeat(16) };
  const given = chosenIds.during(ids, () => chosenIds.generateSpanId());
  expect(given).toBe(ids.spanId);
  expect(chosenIds.generateSpanId()).toMatch(/^[0-9a-f]{16}$/);
  expect(chosenIds.generateSpanId()).not.toBe(ids.spanId);
});
