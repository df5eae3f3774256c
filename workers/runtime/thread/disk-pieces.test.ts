import fc from "fast-check";
import { expect, test } from "vitest";
import { MemoryBlock } from "../../host/block-memory.ts";
import { GuestDisks } from "./guest-disks.ts";
import { encodeSections } from "./section-list.ts";

const pageBytes = 4096;
/** The last page is no whole one. */
const sizes = [7 * pageBytes + 512, 2 * pageBytes];
const images = sizes.map((bytes, index) => ({ name: `d${index}`, bytes: new Uint8Array(bytes) }));
const open = (bytes: Uint8Array) => new MemoryBlock(bytes);

const write = fc.record({
  disk: fc.nat(1),
  page: fc.nat(7),
  fill: fc.integer({ min: 1, max: 255 }),
});
const step = fc.oneof({ weight: 3, arbitrary: write }, fc.integer({ min: 1, max: 4 }));

test("disks that travel in pieces while they are written are at last the ones that were left", () => {
  fc.assert(
    fc.property(fc.array(write), fc.array(step), (before, meanwhile) => {
      const [here, there] = [new GuestDisks(), new GuestDisks()];
      const disks = here.open(images, open);
      const store = ({ disk, page, fill }: { disk: number; page: number; fill: number }) => {
        const bytes = sizes[disk] ?? 0;
        if (page * pageBytes >= bytes) return;
        disks.get(`d${disk}`)?.write(page * pageBytes, new Uint8Array(512).fill(fill));
      };
      before.forEach(store);
      const pieces = here.leave();
      for (const one of meanwhile) {
        if (typeof one !== "number") store(one);
        else if (pieces.left > 0) {
          const { left } = pieces;
          there.takeAhead(pieces.take(one * pageBytes), images);
          expect(left - pieces.left).toBe(Math.min(one * pageBytes, left));
        }
      }
      const sections = new Map<string, Uint8Array>();
      pieces.rest(sections, here.written);
      expect(pieces.left).toBe(0);
      const arrived = there.open(images, open);
      there.restore(sections, { disks: here.written });
      for (const [name, disk] of disks) {
        expect(arrived.get(name)?.written()).toEqual(disk.written());
      }
    }),
  );
});

test("a piece that is none, or of a page that its disk has not, is refused", () => {
  const here = new GuestDisks();
  here
    .open(images, open)
    .get("d0")
    ?.write(7 * pageBytes, new Uint8Array(512).fill(1));
  const piece = here.leave().take(pageBytes);
  const small = [{ name: "d0", bytes: new Uint8Array(pageBytes) }];
  expect(() => new GuestDisks().takeAhead(piece, small)).toThrow("disk d0 has no 7");
  expect(() => new GuestDisks().takeAhead(Uint8Array.of(1, 2), images)).toThrow();
  const cut = encodeSections(new Map([["disk.d0.pages", new Uint8Array(12)]]));
  expect(() => new GuestDisks().takeAhead(cut, images)).toThrow("cut short");
});
