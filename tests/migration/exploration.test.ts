/**
 * Every state that a migration can get into, by every order of both sides' steps with every fault at
 * every instant, any number of them.
 */
import { describe, expect, test } from "vitest";
import { type FaultPoint, faultPoints } from "../../workers/vmm/migration/fault-points.ts";
import {
  beginning,
  isOver,
  type ModelOptions,
  runners,
  type Step,
  steps,
  type World,
} from "./migration-model.ts";

interface Explored {
  readonly worlds: ReadonlyMap<string, World>;
  /** By the name of a world: what can happen next. */
  readonly next: ReadonlyMap<string, readonly (Step & { readonly target: string })[]>;
  readonly struck: ReadonlySet<FaultPoint>;
  /** How each world was first come to. */
  path(name: string): string[];
}

function explore(options: ModelOptions): Explored {
  const nameOf = (world: World) => JSON.stringify(world);
  const worlds = new Map([[nameOf(beginning), beginning]]);
  const next = new Map<string, (Step & { readonly target: string })[]>();
  const from = new Map<string, { readonly before: string; readonly step: string }>();
  const struck = new Set<FaultPoint>();
  // A Map is gone through in the order in which things were added, also while they are added.
  for (const [name, world] of worlds) {
    const found = steps(world, options).map((step) => ({ ...step, target: nameOf(step.next) }));
    next.set(name, found);
    for (const step of found) {
      if (step.point) struck.add(step.point);
      if (worlds.has(step.target)) continue;
      worlds.set(step.target, step.next);
      from.set(step.target, { before: name, step: step.name });
    }
  }
  const path = (name: string): string[] => {
    const known = from.get(name);
    return known ? [...path(known.before), known.step] : [];
  };
  return { worlds, next, struck, path };
}

/** Worlds from which one of `goals` can be reached without another fault. */
function backwards({ next }: Explored, goals: Iterable<string>): Set<string> {
  const before = new Map<string, string[]>();
  for (const [name, list] of next) {
    for (const { isFault, target } of list) {
      if (isFault) continue;
      before.set(target, [...(before.get(target) ?? []), name]);
    }
  }
  const reached = new Set(goals);
  for (const name of reached) for (const one of before.get(name) ?? []) reached.add(one);
  return reached;
}

/** Both sides are at an end; one runs, the authority says that it may, all of the guest is there. */
function isGood(world: World): boolean {
  if (!isOver(world, "source") || !isOver(world, "destination")) return false;
  const running = runners(world);
  if (running.length !== 1 || running[0] !== world.owner) return false;
  return world.owner !== "destination" || world.destination === "completed";
}

describe.each([
  ["pre-copy", { isPostcopy: false, mayErr: false }],
  ["post-copy", { isPostcopy: true, mayErr: false }],
  ["pre-copy, with a control plane that errs", { isPostcopy: false, mayErr: true }],
  ["post-copy, with a control plane that errs", { isPostcopy: true, mayErr: true }],
] as const)("%s", (_name, options) => {
  const explored = explore(options);
  const worlds = [...explored.worlds];

  test("nobody runs a guest that the authority gives to another, but one that is taken for dead", () => {
    for (const [name, world] of worlds) {
      const running = runners(world);
      const allowed = options.mayErr && world.owner === "control" ? 2 : 1;
      expect(running.length, explored.path(name).join("; ")).toBeLessThanOrEqual(allowed);
      if (options.mayErr) continue;
      for (const one of running) expect(one, explored.path(name).join("; ")).toBe(world.owner);
    }
  });

  test("there is always a way forward, without luck, to one owner that runs all of it", () => {
    const good = worlds.filter(([, world]) => isGood(world)).map(([name]) => name);
    const reached = backwards(explored, good);
    for (const [name] of worlds) {
      if (!reached.has(name)) expect.unreachable(explored.path(name).join("; "));
    }
  });

  test("where nothing can happen any more but faults, one owner runs all of it", () => {
    let ends = 0;
    for (const [name, world] of worlds) {
      if (explored.next.get(name)?.some(({ isFault }) => !isFault)) continue;
      ends++;
      expect(isGood(world), explored.path(name).join("; ")).toBe(true);
    }
    expect(ends).toBeGreaterThan(0);
  });

  test("without faults both sides come to their end, and the destination has the run", () => {
    const ends = new Set<string>();
    const seen = new Set<string>();
    const queue = [JSON.stringify(beginning)];
    for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
      if (seen.has(name)) continue;
      seen.add(name);
      const onward = (explored.next.get(name) ?? []).filter(
        ({ isFault, name: step }) => !isFault && /arrives|heard|answered/.test(step),
      );
      const world = explored.worlds.get(name) as World;
      if (onward.length === 0) ends.add(`${world.source} ${world.destination}`);
      queue.push(...onward.map(({ target }) => target));
    }
    // The destination may refuse; nobody else may, as nobody lost patience.
    expect([...ends].sort()).toEqual(["aborted aborted", "completed completed"]);
  });
});

test("each fault point was struck", () => {
  const struck = new Set<FaultPoint>();
  for (const isPostcopy of [false, true]) {
    for (const point of explore({ isPostcopy, mayErr: false }).struck) struck.add(point);
  }
  expect(faultPoints.filter((point) => !struck.has(point))).toEqual([]);
});
