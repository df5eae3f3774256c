import { expect, test } from "vitest";
import type { PooledThread } from "./pooled-thread.ts";
import { Room } from "./room.ts";
import { TemplateRoom } from "./template-room.ts";
import type { ThreadCommand } from "./thread-protocol.ts";

const need = { frames: 10, heap: 1, codePages: 1 };

/** Threads that write down what they are told to forget. */
function pool(frames: number, most = 4) {
  const room = new Room({ frames, heap: 100, codePages: 100 });
  const told: string[] = [];
  const thread = (name: string) =>
    ({
      post: (command: ThreadCommand) => {
        if (command.type === "forget") told.push(`${name} ${command.key}`);
      },
    }) as unknown as PooledThread;
  return { room, templates: new TemplateRoom(room, most), told, thread };
}

test("a template's memory is promised once for all runs of a thread, and once for each thread", () => {
  const { templates, thread, room } = pool(25);
  const [one, two] = [thread("one"), thread("two")];
  expect(templates.begin(one, "a", need)).toBe("now");
  expect(templates.begin(one, "a", need)).toBe("now");
  expect(templates.begin(two, "a", need)).toBe("now");
  expect(room.take({ frames: 5, heap: 0, codePages: 0 })).toBe(true);
  expect(room.take({ frames: 1, heap: 0, codePages: 0 })).toBe(false);
  expect([templates.has(one, "a"), templates.has(two, "b")]).toEqual([true, false]);
});

test("where there is no room the one that was not used for longest goes first, and none that is in use", () => {
  const { templates, thread, told } = pool(20);
  const one = thread("one");
  templates.begin(one, "a", need);
  templates.begin(one, "b", need);
  expect(templates.begin(one, "c", need)).toBe("never");
  templates.end(one, "b");
  templates.end(one, "a");
  templates.begin(one, "a", need);
  templates.end(one, "a");
  expect(templates.begin(one, "c", need)).toBe("later");
  expect(templates.begin(one, "c", need)).toBe("later");
  expect(told).toEqual(["one b"]);
  templates.forgotten(one, "b");
  expect(templates.begin(one, "c", need)).toBe("now");
});

test("a thread keeps no more than so many, and none where none are wanted", () => {
  const { templates, thread, told } = pool(1000, 1);
  const one = thread("one");
  templates.begin(one, "a", need);
  expect(templates.begin(one, "b", need)).toBe("never");
  templates.end(one, "a");
  expect(templates.begin(one, "b", need)).toBe("later");
  expect(told).toEqual(["one a"]);
  expect(pool(1000, 0).templates.begin(one, "a", need)).toBe("never");
});

test("a run that waits for room has templates go, its own last", () => {
  const { templates, thread, told } = pool(20);
  const one = thread("one");
  for (const key of ["a", "b"]) {
    templates.begin(one, key, need);
    templates.end(one, key);
  }
  expect(templates.makeRoom("a")).toBe(true);
  expect(told).toEqual(["one b"]);
  templates.forgotten(one, "b");
  expect(templates.makeRoom("a")).toBe(true);
  expect(told).toEqual(["one b", "one a"]);
});

test("what a template turns out not to need, and what a thread had that has ended, others may have", () => {
  const { templates, thread, room } = pool(20);
  const one = thread("one");
  templates.begin(one, "a", need);
  templates.shrink(one, "a", 4);
  expect(room.take({ frames: 16, heap: 0, codePages: 0 })).toBe(true);
  templates.ended(one);
  expect(room.take({ frames: 4, heap: 0, codePages: 0 })).toBe(true);
  expect(templates.has(one, "a")).toBe(false);
});

test("frames that threads have together are promised once, until the last one has given them up", () => {
  const { templates, thread, room } = pool(24);
  const [one, two] = [thread("one"), thread("two")];
  templates.begin(one, "a", need);
  templates.shrink(one, "a", 4);
  templates.begin(two, "a", need);
  expect(templates.lenders(two, "a")).toEqual([one]);
  templates.share(two, "a", 4, one);
  const left = { frames: 20, heap: 0, codePages: 0 };
  expect(room.take({ ...left, frames: 21 })).toBe(false);
  expect(room.take(left)).toBe(true);
  room.giveBack(left);
  templates.forgotten(one, "a");
  expect(room.take({ ...left, frames: 21 })).toBe(false);
  templates.ended(two);
  expect(room.take({ ...left, frames: 24 })).toBe(true);
});

test("frames whose lender has given them up meanwhile are the borrower's own", () => {
  const { templates, thread, room } = pool(24);
  const [one, two] = [thread("one"), thread("two")];
  templates.begin(one, "a", need);
  templates.begin(two, "a", need);
  templates.forgotten(one, "a");
  templates.share(two, "a", 4, one);
  expect(room.take({ frames: 20, heap: 0, codePages: 0 })).toBe(true);
  expect(room.take({ frames: 1, heap: 0, codePages: 0 })).toBe(false);
});
