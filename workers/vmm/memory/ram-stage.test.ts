import fc from "fast-check";
import { expect, test } from "vitest";
import { compiler } from "../../host/compiler.ts";
import { pageBytes } from "./layout.ts";
import { MachineMemory } from "./machine-memory.ts";
import { PageMap } from "./page-map.ts";
import { RamStage } from "./ram-stage.ts";

const pages = 6;
const memory = new MachineMemory(compiler.createMemory(128 * 2 ** 20));
const page = fc.nat(pages);
const step = fc.oneof(
  fc.record({ page, fill: fc.nat(3) }),
  fc.uint8Array({ minLength: pages + 1, maxLength: pages + 1, max: 3 }),
);

/** What a map says of its pages, without where their frames are. */
function contentOf(map: PageMap): (number | string)[] {
  return Array.from({ length: pages + 1 }, (_, number) => {
    const entry = map.entry(number);
    return map.isHere(number) ? `${entry % pageBytes}: ${map.content(number)[0]}` : entry;
  });
}

test("a map that is written again and again is the one that is written once", () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), (steps) => {
      const before = memory.freeFrames;
      const [often, once] = [new RamStage(memory, pages), new RamStage(memory, pages)];
      const [map, other] = [new PageMap(memory, pages), new PageMap(memory, pages)];
      let states: Uint8Array = new Uint8Array(pages + 1);
      for (const one of steps) {
        if (one instanceof Uint8Array) {
          states = one;
          often.place(map, states, false);
          continue;
        }
        for (const stage of [often, once]) {
          stage.write(one.page, new Uint8Array(pageBytes).fill(one.fill));
        }
      }
      expect(often.place(map, states, true)).toEqual(once.place(other, states, true));
      expect(contentOf(map)).toEqual(contentOf(other));
      for (const stage of [often, once]) stage.dispose();
      for (const one of [map, other]) one.dispose();
      expect(memory.freeFrames).toBe(before);
    }),
  );
});
