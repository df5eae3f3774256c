import {
  type Machine,
  type MachineResources,
  MigrationDestination,
  MigrationSource,
  type Monitor,
  type SourceOptions,
  type StopReason,
} from "../../workers/vmm/mod.ts";
import { type MemoryPipe, memoryPipe } from "./memory-channel.ts";
import { TestAuthority } from "./test-authority.ts";

export interface MoveOptions extends Partial<SourceOptions> {
  readonly machine: Machine;
  /** Where it goes to, and what it is connected with there. */
  readonly to: Monitor;
  readonly resources: MachineResources;
  readonly pipe?: MemoryPipe;
  readonly authority?: TestAuthority;
  readonly destination?: Partial<ConstructorParameters<typeof MigrationDestination>[0]>;
  /** How many instructions the guest gets between two steps. */
  readonly slice?: (machine: Machine) => number;
  /** Called between two steps. */
  readonly between?: () => void;
  /** Waits for what other threads have to say; what is promised in this one is waited for in any case. */
  readonly turn?: () => Promise<unknown>;
  /** A side that dies, and after how many turns; it takes the connection with it. */
  readonly dead?: { readonly side: "source" | "destination"; readonly turn: number } | undefined;
  /** A side that calls it off, and after how many turns. */
  readonly cancelled?: { readonly side: "source" | "destination"; readonly turn: number };
}

export interface Move {
  readonly source: MigrationSource;
  readonly destination: MigrationDestination;
  readonly authority: TestAuthority;
  readonly pipe: MemoryPipe;
  /** How the guest ended its machine meanwhile. */
  readonly stop: StopReason | undefined;
  /** Milliseconds of a clock that goes on by one with each turn. */
  readonly turns: number;
}

/** Moves a machine from one monitor to another within this thread, until both sides are at an end. */
export async function migrate(options: MoveOptions): Promise<Move> {
  const { machine, to, resources, slice = () => 10_000, between } = options;
  const { pipe = memoryPipe(), authority = new TestAuthority("run", "source") } = options;
  let turns = 0;
  const common = { authority, now: () => turns, patience: 1000 };
  const source: MigrationSource = new MigrationSource({
    ...common,
    ...{ run: "run", epoch: authority.at("run").epoch, owner: "source again", token: "" },
    ...{ mode: "precopy", limits: { downtime: 5, mostRounds: 4 } },
    ...options,
    ...{ machine, channel: pipe.source },
  });
  const destination = new MigrationDestination({
    ...common,
    ...{ owner: "destination", monitor: to, accept: () => undefined },
    resources: () => resources,
    waitForArrival: () => {
      turns++;
      source.step();
    },
    ...options.destination,
    channel: pipe.destination,
  });
  let stop: StopReason | undefined;
  /** Guests stop of their own, too; then they stand still. */
  const run = (machine: Machine, instructions: number) => {
    if (stop) return;
    const reason = machine.run(instructions);
    if (reason.kind === "absent") destination.demand(reason.page);
    else if (reason.kind !== "budget") stop = reason;
  };
  const { dead, cancelled } = options;
  const lives = (side: "source" | "destination") => dead?.side !== side || turns < dead.turn;
  const isOver = () =>
    (source.isOver || !lives("source")) && (destination.isOver || !lives("destination"));
  for (; !isOver(); turns++) {
    if (turns === dead?.turn) pipe[dead.side].cut();
    if (turns === cancelled?.turn) (cancelled.side === "source" ? source : destination).cancel();
    if (turns > 200_000) throw new Error(`${source.state} and ${destination.state} for ever`);
    between?.();
    if (lives("source")) source.step();
    if (lives("source") && source.guest === "runs") {
      run(machine, source.instructionsOf(slice(machine)));
    }
    if (lives("destination")) destination.step();
    if (lives("destination") && destination.guest === "runs") {
      run(destination.machine, slice(destination.machine));
    }
    if (!dead && source.guest === "runs" && destination.guest === "runs")
      throw new Error("both run");
    await (options.turn?.() ?? Promise.resolve());
  }
  return { source, destination, authority, pipe, stop, turns };
}
