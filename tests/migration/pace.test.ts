/** How a migration goes where the guest is quick, the channel narrow, or the other side strange. */
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { compiler } from "../../workers/host/compiler.ts";
import { FrameWriter } from "../../workers/vmm/migration/frames.ts";
import { type Machine, MigrationDestination, Monitor } from "../../workers/vmm/mod.ts";
import { memoryPipe } from "../support/memory-channel.ts";
import { type MoveOptions, migrate } from "../support/migrate.ts";
import { anyMessage } from "../support/migration-messages.ts";
import { bareMetal } from "../support/run-guest.ts";
import { scribblingGuest } from "../support/scribbling-guest.ts";
import { TestAuthority } from "../support/test-authority.ts";

const mebibyte = 2 ** 20;
const [here, there] = [0, 1].map(() =>
  Monitor.create({ compiler, memoryBytes: 256 * mebibyte }),
) as [Monitor, Monitor];
const before = [here.inUse, there.inUse];
afterAll(() => {
  expect([here.inUse, there.inUse], "all is given back").toEqual(before);
});
const resources = { console: { write: () => {} }, disks: new Map() };

/** A guest that writes to 600 pages as fast as it can, in the middle of its work. */
function scribbler(monitor = here): Machine {
  const guest = scribblingGuest(600, 400);
  const config = bareMetal(guest, { engine: "interpret", ramBytes: 16 * mebibyte });
  const machine = monitor.createMachine(config, resources);
  machine.run(20_000);
  return machine;
}

const expected = (() => {
  const machine = scribbler();
  machine.run(1e9);
  const hash = machine.stateHash();
  machine.dispose();
  return hash;
})();

async function move(options: Partial<MoveOptions> = {}) {
  const machine = scribbler();
  const result = await migrate({ machine, to: there, resources, slice: () => 2000, ...options });
  const { destination } = result;
  expect([result.source.problem?.message, destination.problem?.message]).toEqual([
    undefined,
    undefined,
  ]);
  destination.machine.run(1e9);
  expect(destination.machine.stateHash()).toBe(expected);
  destination.machine.dispose();
  machine.dispose();
  return result;
}

describe("a guest that writes faster than is sent", () => {
  const slow = { bytesPerSecond: 20_000_000, cachePages: 0 };

  test("is held back until what is left fits the downtime, and goes on unharmed", async () => {
    const limits = { downtime: 4, mostRounds: 60 };
    const { source } = await move({ ...slow, limits });
    const { rounds, share } = source.statistics;
    expect(share).toBeLessThan(0.5);
    expect(rounds.length).toBeGreaterThan(2);
    expect(rounds.length).toBeLessThan(60);
    // With half of its instructions it would write all pages in a round.
    expect(rounds.at(-1)?.dirtyPages).toBeLessThan(rounds[0]?.dirtyPages as number);
  });

  test("has both hosts' garbage collected in each round, and not when it stands still", async () => {
    const events: string[] = [];
    const note = (what: string) => () => void events.push(what);
    const { source } = await move({
      ...{ limits: { downtime: 0, mostRounds: 4 }, tidy: note("source") },
      driver: () => {
        events.push("stopped");
        return new Uint8Array();
      },
      destination: { tidy: note("destination") },
    });
    const ofSide = (side: string) => events.filter((event) => event === side).length;
    expect(ofSide("source")).toBeGreaterThanOrEqual(source.statistics.rounds.length);
    expect(ofSide("destination")).toBe(source.statistics.rounds.length);
    expect(events.at(-1)).toBe("stopped");
  });

  test("is stopped after the most rounds", async () => {
    const { source } = await move({ ...slow, limits: { downtime: 0, mostRounds: 3 } });
    expect(source.statistics.rounds).toHaveLength(3);
    expect(source.statistics.stoppedPages).toBeGreaterThan(0);
  });

  test("sends what has changed in a page that was sent, and not the page", async () => {
    const { source } = await move({ limits: { downtime: 0, mostRounds: 6 } });
    const { plain, delta } = source.statistics.kinds;
    expect(delta.pages).toBeGreaterThan(600);
    expect(delta.bytes / delta.pages).toBeLessThan(20);
    expect(plain.pages).toBeLessThan(2000);
  });
});

test("not more leaves in a time than the bandwidth lets through", async () => {
  const seen: number[] = [];
  const pipe = memoryPipe();
  const { send } = pipe.source;
  let sent = 0;
  pipe.source.send = (frame) => {
    sent += frame.length;
    send.call(pipe.source, frame);
  };
  await move({ pipe, bytesPerSecond: 10_000_000, between: () => void seen.push(sent) });
  // A turn is a millisecond here. One batch may go beyond, and a pause saves up 20 ms.
  const [perTurn, batch] = [10_000, 64 * 4200];
  const last = seen.findIndex((bytes, turn) => turn > 0 && bytes === seen.at(-1));
  expect(last).toBeGreaterThan(100);
  for (const [turn, bytes] of seen.slice(0, last - 1).entries()) {
    expect(bytes).toBeLessThanOrEqual(perTurn * (turn + 20) + batch);
  }
});

test("a channel with little room takes longer, and takes nothing away", async () => {
  const wide = await move();
  const narrow = await move({ pipe: memoryPipe({ room: 20_000 }), patience: 10_000 });
  expect(narrow.turns).toBeGreaterThan(wide.turns);
});

test("pages of a template that the destination has do not travel", async () => {
  const template = scribbler();
  const pages = new Map<number, Uint8Array>();
  for (const { page, bytes } of template.ram.contents(template.ram.residence().resident)) {
    pages.set(page, bytes.slice());
  }
  template.dispose();
  const known = { name: "template", page: (page: number) => pages.get(page) };
  const limits = { downtime: 5, mostRounds: 2 };
  const { source } = await move({
    ...{ limits, contents: [{ name: "other", page: () => undefined }, known] },
    destination: { content: (name) => (name === "template" ? known : undefined) },
  });
  const { kinds } = source.statistics;
  expect(kinds.known.pages).toBeGreaterThan(0);
  // What was written to them goes as what has changed in the template's page.
  expect(kinds.plain.pages).toBe(0);
  expect(kinds.delta.pages).toBeGreaterThan(0);
});

test("code that the destination cannot use is left unused", async () => {
  const code = () => new Uint8Array(3_000_000).fill(7);
  await move({ code, destination: { takesCode: true } });
});

test("what the driver says when the guest has stopped is there when the machine is made", async () => {
  let heard = "";
  await move({
    driver: () => new TextEncoder().encode("at step 3"),
    destination: {
      resources: (driver) => {
        heard = new TextDecoder().decode(driver);
        return resources;
      },
    },
  });
  expect(heard).toBe("at step 3");
});

test("what can go ahead of that does while the guest runs, and what is left goes with the driver", async () => {
  const bytes = Uint8Array.from({ length: 900_000 }, (_, i) => i % 251);
  let said = 0;
  const ahead = {
    get left() {
      return bytes.length - said;
    },
    // The last piece is never taken: a guest that goes on writing to its disk.
    take(most: number) {
      const piece = bytes.subarray(said, Math.min(said + most, bytes.length - 1000));
      said += piece.length;
      return piece;
    },
  };
  const heard: Uint8Array[] = [];
  await move({
    ...{ ahead, driver: () => bytes.subarray(said) },
    destination: {
      ahead: (piece) => void heard.push(piece),
      resources: (driver) => {
        expect(Buffer.concat(heard)).toHaveLength(899_000);
        heard.push(driver);
        return resources;
      },
    },
  });
  expect(Buffer.concat(heard).equals(bytes)).toBe(true);
});

describe("where the destination does not want the run, it goes on at the source", () => {
  const stay = async (options: Partial<MoveOptions>) => {
    const machine = scribbler();
    const { source, destination, authority } = await migrate({
      ...{ machine, to: there, resources, slice: () => 2000 },
      ...options,
    });
    destination.dispose();
    expect([source.state, destination.state]).toEqual(["aborted", "aborted"]);
    expect(authority.owners).toEqual(["source"]);
    machine.run(1e9);
    expect(machine.stateHash()).toBe(expected);
    machine.dispose();
    return source.problem;
  };

  test("because it refuses", async () => {
    const problem = await stay({ destination: { accept: () => "the token is unknown" } });
    expect(problem?.message).toContain("the token is unknown");
  });

  test("because it has no room", async () => {
    const small = Monitor.create({ compiler, memoryBytes: 128 * mebibyte });
    const taken = small.inUse.freeFrames - 500;
    const { pages } = small.stageMachine(taken);
    for (let page = 0; page < taken; page++) pages.write(page, new Uint8Array(4096).fill(1));
    const unused = small.inUse;
    const problem = await stay({ to: small });
    expect(small.inUse).toEqual(unused);
    expect(problem?.code).toBe("migration-refused");
    expect(problem?.message).toContain("machine-memory-full");
  });

  test("because the machine is not connected with what it needs", async () => {
    const refuse = () => {
      throw new RangeError("a disk is missing");
    };
    const problem = await stay({ destination: { resources: refuse } });
    expect(problem?.message).toContain("a disk is missing");
  });

  test("because it is called off by either side", async () => {
    for (const side of ["source", "destination"] as const) {
      await stay({ cancelled: { side, turn: 2 } });
    }
  });
});

describe("whatever bytes come from the other side", () => {
  const strange = fc.array(
    fc.oneof(anyMessage, fc.uint8Array({ maxLength: 40 }), fc.constant("step" as const)),
    { maxLength: 12 },
  );

  test("a destination makes no machine of them, gives back what it took, and says what is wrong", () => {
    fc.assert(
      fc.property(strange, (list) => {
        const pipe = memoryPipe();
        const writer = new FrameWriter();
        const destination = new MigrationDestination({
          ...{ channel: pipe.destination, authority: new TestAuthority("run", "source") },
          ...{ owner: "destination", monitor: there, accept: () => undefined },
          ...{ resources: () => resources, now: () => 0, patience: 10 },
        });
        const unused = there.inUse;
        for (const one of list) {
          if (one === "step") destination.step();
          else if (pipe.source.room > 0) {
            pipe.source.send(one instanceof Uint8Array ? one : writer.write(one));
          }
        }
        destination.step();
        expect(destination.guest).not.toBe("runs");
        pipe.source.cut();
        destination.step();
        expect(destination.state).toBe("aborted");
        expect(destination.problem?.message).toMatch(/^\S/);
        destination.dispose();
        expect(there.inUse).toEqual(unused);
      }),
      { numRuns: 300 },
    );
  });

  test("a source keeps its run", async () => {
    await fc.assert(
      fc.asyncProperty(strange, fc.nat(6), async (list, turn) => {
        const machine = scribbler();
        const pipe = memoryPipe();
        let now = 0;
        const { source, destination } = await migrate({
          ...{ machine, to: there, resources, slice: () => 500, pipe },
          between: () => {
            if (now++ !== turn) return;
            for (const one of list) {
              if (one === "step" || pipe.destination.room === 0) continue;
              // Frames of its own, which are not in their turn, and such that are none.
              const frame = one instanceof Uint8Array ? one : new FrameWriter().write(one);
              pipe.destination.send(frame);
            }
          },
        });
        if (destination.guest === "runs") destination.machine.dispose();
        else destination.dispose();
        expect(["aborted", "completed"]).toContain(source.state);
        machine.dispose();
      }),
      { numRuns: 40 },
    );
  });
});
