import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { busyGuest } from "../../../tests/support/busy-guest.ts";
import { bareMetal, smallMonitor } from "../../../tests/support/run-guest.ts";
import { TestAuthority } from "../../../tests/support/test-authority.ts";
import { MemoryBlock } from "../../host/block-memory.ts";
import { guestExits, type Machine, type MigrationMode } from "../../vmm/mod.ts";
import { HostEnd } from "../migration/host-end.ts";
import { joinChannels } from "../migration/join-channels.ts";
import { type AfterTurn, GuestDriver } from "./guest-driver.ts";
import type { MoveMessage } from "./move-protocol.ts";
import { PageAnswer } from "./page-answer.ts";
import { TemplateShelf } from "./template-shelf.ts";
import {
  type RunCheckpoint,
  type RunMessage,
  type RunReport,
  type SavedRun,
  type ThreadStart,
  threadControl,
} from "./thread-protocol.ts";

/** Anew for each: a machine that has its images frees them. */
const freshConfig = () => bareMetal(busyGuest(6000), { ramBytes: 16 * 2 ** 20 });
const limits = { instructions: 1e9, memoryBytes: 16 * 2 ** 20, outputBytes: 1e6, wallClock: 1e12 };
const kin = "template";
const common = { run: "run", token: "ticket", patience: 1e9 };

/** A driver with its thread's side of things, and the main thread's end of its line. */
class Side {
  readonly name: string;
  readonly authority: TestAuthority;
  readonly messages: RunMessage[] = [];
  readonly driver: GuestDriver;
  readonly control = new SharedArrayBuffer(4);
  readonly end: HostEnd;
  readonly forgotten: string[] = [];
  readonly shelf = new TemplateShelf(
    () => undefined,
    (key) => this.forgotten.push(key),
  );
  readonly #monitor = smallMonitor();
  last: AfterTurn = "more";
  #clock = 0;

  readonly saved: SavedRun[] = [];
  asked = 0;
  onPage: (page: number) => Uint8Array | undefined = () => undefined;
  #machine: Machine | undefined;

  /** @param more of a run that goes on from its checkpoint, or makes some */
  constructor(
    name: string,
    authority: TestAuthority,
    arrival?: { readonly epoch: number },
    more: Partial<ThreadStart> = {},
  ) {
    this.name = name;
    this.authority = authority;
    this.end = new HostEnd(() => this.driver?.hear({ type: "knock" }));
    const { shared: line } = this.end;
    const start: ThreadStart = {
      ...{ control: this.control, config: freshConfig(), disks: [], limits },
      steps: [{ kind: "exit-code", code: 0, within: 1e9 }],
      kin,
      ...(arrival && { arrival: { ...common, ...arrival, line, owner: name, takesCode: true } }),
      ...more,
    };
    this.driver = new GuestDriver(start, {
      ...{ run: 1, shelf: this.shelf },
      monitor: {
        createMachine: (config, resources) => {
          this.#machine = this.#monitor.createMachine(config, resources);
          return this.#machine;
        },
        restoreMachine: this.#monitor.restoreMachine.bind(this.#monitor),
        stageMachine: this.#monitor.stageMachine.bind(this.#monitor),
        useKeptCode: this.#monitor.useKeptCode.bind(this.#monitor),
        beginKeeping: this.#monitor.beginKeeping.bind(this.#monitor),
        keepCode: this.#monitor.keepCode.bind(this.#monitor),
      },
      openDisk: (bytes) => new MemoryBlock(bytes),
      // Each slice is short: much happens between two of them.
      now: () => (this.#clock += 20),
      post: (message) => this.#hear(message),
      // It is asked all the time.
      wake: () => undefined,
    });
  }

  /** Has a template, which is the guest as it is switched on. */
  keepTemplate(): void {
    const machine = this.#monitor.createMachine(freshConfig(), {
      console: { write: () => undefined },
      disks: new Map(),
    });
    machine.run(20_000);
    this.shelf.put(kin, {
      machine,
      driver: {} as never,
      console: new Uint8Array(),
      disks: new Map(),
      sections: new Map(),
    });
  }

  /** Lets it go where the line leads. */
  depart(mode: MigrationMode, epoch: number): void {
    const { shared: line } = this.end;
    const departure = { ...common, line, epoch, mode, owner: `${this.name} again` };
    this.driver.hear({
      type: "depart",
      departure: { ...departure, limits: { downtime: 1, mostRounds: 3 }, sendsCode: true },
    });
  }

  get moves(): Exclude<MoveMessage, { type: "line" }>[] {
    return this.messages.flatMap((message) =>
      message.type === "move" && message.message.type !== "line" ? [message.message] : [],
    );
  }

  get report(): RunReport | undefined {
    return this.messages.flatMap((message) => (message.type === "end" ? [message.report] : []))[0];
  }

  #hear(message: RunMessage): void {
    this.messages.push(message);
    if (message.type === "checkpoint") this.#keep(message);
    if (message.type === "page-wanted") {
      this.asked++;
      new PageAnswer(message.answer).give(this.onPage(message.page));
    }
    if (message.type !== "move") return;
    const { message: move } = message;
    if (move.type === "line") this.end.hear(move.message);
    if (move.type === "standing") this.end.tell();
    if (move.type === "claim") {
      this.authority.compareAndSet("run", move.epoch, move.owner).then(
        (ownership) => this.driver.hear({ type: "claimed", ownership }),
        () => this.driver.hear({ type: "claimed", ownership: undefined }),
      );
    }
  }

  #keep({ isWhole, pages, sections }: RunCheckpoint): void {
    const bytes = new Map<number, Uint8Array>();
    for (const one of this.#machine?.ram.contents(pages) ?? []) {
      if (isWhole) bytes.set(one.page, one.bytes.slice());
    }
    if (isWhole) this.saved.push({ sections, ...some(pages, bytes) });
    this.driver.release(true);
  }
}

/** Pages behind one another. */
function some(pages: Uint32Array, bytes: ReadonlyMap<number, Uint8Array>) {
  const content = new Uint8Array(pages.length * 4096);
  for (const [index, page] of pages.entries()) content.set(bytes.get(page) ?? [], index * 4096);
  return { pages, content };
}

/** Gives both their turns until nobody wants one. @param strike called before the given turn */
async function play(sides: readonly Side[], at = -1, strike: () => void = () => undefined) {
  for (let turn = 0; turn < 100_000; turn++) {
    if (turn === at) strike();
    for (const side of sides) if (side.last !== "nothing") side.last = side.driver.advance(1);
    for (let round = 0; round < 4; round++) await Promise.resolve();
    if (sides.every(({ last }) => last === "nothing")) return;
  }
  throw new Error(`no end: ${sides.map(({ moves, last }) => JSON.stringify([last, moves]))}`);
}

const outcome = (report: RunReport | undefined) =>
  report && { ...report, exits: guestExits(report.exits) };
const console = (sides: readonly Side[]) =>
  sides
    .flatMap(({ messages }) => messages)
    .flatMap((message) => (message.type === "console" ? [...message.bytes] : []));

const home = new Side("home", new TestAuthority("run", "home"));
for (let wish: AfterTurn = "more"; wish !== "nothing"; ) wish = home.driver.advance(10);
const undisturbed = outcome(home.report);
const undisturbedConsole = console([home]);

function pair() {
  const authority = new TestAuthority("run", "source");
  const source = new Side("source", authority);
  const destination = new Side("destination", authority, { epoch: 1 });
  joinChannels(source.end, destination.end);
  return { authority, source, destination };
}

/** A run that goes on from its first checkpoint, without its pages but for the ROM's. */
function resumed(authority: TestAuthority) {
  const maker = new Side("maker", authority, undefined, { checkpointEvery: 500_000 });
  while (maker.saved.length === 0) maker.driver.advance(10);
  const [
    { sections, pages, content } = {
      sections: new Map(),
      pages: new Uint32Array(),
      content: new Uint8Array(),
    },
  ] = maker.saved;
  const bytes = new Map(
    Array.from(pages, (page, index) => [page, content.subarray(index * 4096, (index + 1) * 4096)]),
  );
  const rom = (16 * 2 ** 20) / 4096;
  const absent = pages.filter((page) => page !== rom);
  const resume = {
    sections,
    ...some(
      pages.filter((page) => page === rom),
      bytes,
    ),
    absent,
  };
  const source = new Side("source", authority, undefined, { resume, checkpointEvery: 500_000 });
  return { maker, source, rest: some(absent, bytes), bytes };
}

const modes = fc.constantFrom<MigrationMode[]>("precopy", "postcopy", "hybrid");

describe("a guest that goes on without its pages", () => {
  test("leaves when they have come, and is the undisturbed one", async () => {
    const authority = new TestAuthority("run", "source");
    const { maker, source, rest, bytes } = resumed(authority);
    const destination = new Side("destination", authority, { epoch: 1 });
    joinChannels(source.end, destination.end);
    source.onPage = (page) => bytes.get(page);
    source.driver.advance(1);
    source.depart("precopy", 1);
    await play([source, destination], 3, () => {
      expect(source.moves).toEqual([]);
      source.driver.takePages(rest.pages, rest.content);
    });
    expect(source.asked).toBeGreaterThan(0);
    expect(source.moves.at(-1)).toMatchObject({ type: "departed", how: "completed" });
    expect(outcome(destination.report)).toEqual(undisturbed);
    expect(console([maker, source, destination]).length).toBeGreaterThan(0);
  });

  test("saves what it has written before they have come", () => {
    const { source, bytes } = resumed(new TestAuthority("run", "source"));
    source.onPage = (page) => bytes.get(page);
    for (let turn = 0; turn < 200; turn++) source.driver.advance(1);
    const taken = source.messages.filter(({ type }) => type === "checkpoint");
    expect(taken.length).toBeGreaterThan(0);
    expect(taken.every((one) => one.type === "checkpoint" && !one.isWhole)).toBe(true);
  });

  test("stays where the move is called off before they have come", async () => {
    const { source, bytes, rest } = resumed(new TestAuthority("run", "source"));
    source.onPage = (page) => bytes.get(page);
    source.driver.advance(1);
    source.depart("precopy", 1);
    source.driver.hear({ type: "cancel" });
    expect(source.moves).toMatchObject([{ type: "stayed", epoch: 1 }]);
    await play([source], 40, () => source.driver.takePages(rest.pages, rest.content));
    expect(outcome(source.report)).toEqual(undisturbed);
  });

  test("cannot go on here where one of them does not come", () => {
    const { source } = resumed(new TestAuthority("run", "source"));
    while (source.driver.advance(1) !== "nothing");
    expect(source.messages.at(-1)).toMatchObject({ type: "unusable", lacksPages: true });
  });
});

describe("a guest that moves from driver to driver", () => {
  test("leaves what it would have left: state, exits, steps and each byte once", async () => {
    expect(undisturbed).toMatchObject({ end: { kind: "completed" } });
    await fc.assert(
      fc.asyncProperty(modes, fc.integer({ min: 1, max: 12 }), async (mode, before) => {
        const { source, destination } = pair();
        for (let turn = 0; turn < before; turn++) source.last = source.driver.advance(1);
        source.depart(mode, 1);
        await play([source, destination]);
        expect(source.moves.map(({ type }) => type)).toEqual(["standing", "departed"]);
        expect(destination.moves.map(({ type }) => type)).toEqual(["claim", "arrived", "complete"]);
        expect(source.report).toBeUndefined();
        expect(outcome(destination.report)).toEqual(undisturbed);
        expect(console([source, destination])).toEqual(undisturbedConsole);
      }),
      { numRuns: 6 },
    );
  });

  test.each(["precopy", "postcopy", "hybrid"] as const)(
    "does not take along what is on both shelves, and lets go of it afterwards (%s)",
    async (mode) => {
      const moved = async (hasTemplates: boolean) => {
        const { source, destination } = pair();
        if (hasTemplates) for (const side of [source, destination]) side.keepTemplate();
        for (let turn = 0; turn < 3; turn++) source.last = source.driver.advance(1);
        source.depart(mode, 1);
        for (const side of [source, destination]) side.last = side.driver.advance(1);
        // As long as somebody compares with it, it stays.
        if (hasTemplates) source.shelf.forget(kin);
        expect(source.forgotten).toEqual([]);
        await play([source, destination]);
        expect(outcome(destination.report)).toEqual(undisturbed);
        if (hasTemplates) destination.shelf.forget(kin);
        expect([source, destination].flatMap(({ forgotten }) => forgotten)).toEqual(
          hasTemplates ? [kin, kin] : [],
        );
        const departed = source.moves.find((move) => move.type === "departed");
        return departed?.statistics;
      };
      const alone = await moved(false);
      const known = await moved(true);
      expect(alone?.kinds.known.pages).toBe(0);
      expect(known?.kinds.known.pages).toBeGreaterThan(0);
      expect(known?.kinds.plain.pages).toBeLessThan(alone?.kinds.plain.pages ?? 0);
    },
  );

  test("goes on at one of them, or is said to be lost, whenever its line is cut or its authority is deaf", async () => {
    const acts = fc.constantFrom("cut", "deaf", "mute", "source dropped", "destination dropped");
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(modes, fc.integer({ min: 0, max: 9 }), acts, async (mode, at, act) => {
        const { source, destination, authority } = pair();
        for (let turn = 0; turn < 3; turn++) source.last = source.driver.advance(1);
        source.depart(mode, 1);
        const drop = ({ control }: Side) => {
          new Int32Array(control)[0] = threadControl.stop;
        };
        await play([source, destination], at, () => {
          if (act === "cut") source.end.cut();
          if (act === "deaf") authority.deaf = 2;
          if (act === "mute") authority.mute = 2;
          if (act === "source dropped") drop(source);
          if (act === "destination dropped") drop(destination);
        });
        const ended = [source, destination].filter(
          ({ report }) => report?.end.kind === "completed",
        );
        const isLost = destination.moves.some((move) => move.type === "failed" && move.isLost);
        const wasDropped = act.endsWith("dropped");
        expect(ended.length).toBeLessThanOrEqual(1);
        if (!wasDropped) expect(ended.length + (isLost ? 1 : 0)).toBe(1);
        for (const { report } of ended) expect(outcome(report)).toEqual(undisturbed);
        if (ended[0] && !wasDropped) {
          expect(console([source, destination])).toEqual(undisturbedConsole);
        }
        seen.add(isLost ? "lost" : (ended[0]?.name ?? "nowhere"));
      }),
      { numRuns: 12 },
    );
    expect(seen).toContain("source");
    expect(seen).toContain("destination");
  });

  test("stays for its end where it comes to it while it leaves, and says so", () => {
    const { source } = pair();
    source.driver.advance(1);
    source.depart("precopy", 1);
    // Nobody answers at the other end.
    for (let turn = 0; turn < 100_000 && source.last !== "nothing"; turn++) {
      source.last = source.driver.advance(10);
    }
    expect(source.moves).toMatchObject([{ type: "stayed", isOver: true }]);
    expect(outcome(source.report)).toEqual(undisturbed);
  });

  test("is told why it cannot leave before it has begun, and while it leaves", () => {
    const { source } = pair();
    source.depart("precopy", 1);
    expect(source.moves).toMatchObject([{ type: "stayed", problem: "it has not begun" }]);
    source.driver.advance(1);
    source.depart("precopy", 1);
    source.depart("precopy", 1);
    expect(source.moves.at(-1)).toMatchObject({
      type: "stayed",
      problem: "it is on its way already",
    });
  });
});
