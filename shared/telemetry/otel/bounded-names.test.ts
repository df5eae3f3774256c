import fc from "fast-check";
import { expect, test } from "vitest";
import { BoundedNames } from "./bounded-names.ts";

test("a group has no more names than it may, whatever comes, and a name that it has stays", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom("a", "b"), fc.string())), (asked) => {
      const names = new BoundedNames(3, "others");
      const given = asked.map(([group, name]) => [group, name, names.of(group, name)] as const);
      for (const group of ["a", "b"]) {
        const seen = new Set(given.flatMap(([of, , told]) => (of === group ? [told] : [])));
        expect(seen.size).toBeLessThanOrEqual(4);
      }
      for (const [group, name, told] of given) {
        expect([name, "others"]).toContain(told);
        expect(names.of(group, name)).toBe(told);
      }
    }),
  );
});
