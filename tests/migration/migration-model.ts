/**
 * A migration as a transition system small enough to be gone through completely: both sides with
 * their own transition tables, the frames under way, the authority, and everything that may go wrong
 * at any instant. Pages and machines are left out; what each side sends in a state is here once more,
 * and `faults.test.ts` holds the drivers to the same outcomes.
 */
import {
  type DestinationEvent,
  type DestinationState,
  destinationGuest,
  destinationTransitions,
} from "../../workers/vmm/migration/destination-states.ts";
import type { FaultPoint } from "../../workers/vmm/migration/fault-points.ts";
import {
  type SourceEvent,
  type SourceState,
  sourceGuest,
  sourceTransitions,
} from "../../workers/vmm/migration/source-states.ts";

type Owner = "source" | "source again" | "destination" | "control";
/** `heard`: the authority has done it and the answer is under way. */
type Claim = "none" | "asked" | "heard";

export interface World {
  readonly source: SourceState | "crashed";
  readonly destination: DestinationState | "crashed";
  readonly toDestination: readonly FaultPoint[];
  readonly toSource: readonly FaultPoint[];
  readonly channel: "open" | "closed" | "cut";
  /** Frames to this side are swallowed, and nobody is told. */
  readonly isSourceDeaf: boolean;
  readonly isDestinationDeaf: boolean;
  readonly rounds: number;
  readonly sourceClaim: Claim;
  readonly destinationClaim: Claim;
  readonly owner: Owner;
  readonly epoch: number;
  /** Pages that the destination has not got. */
  readonly isIncomplete: boolean;
  /** A run that moved on to somebody else's epoch is told so by the store, and stops. */
  readonly isSourceFenced: boolean;
  readonly isDestinationFenced: boolean;
}

export interface Step {
  readonly name: string;
  /** Whether the world, rather than a side, does it. */
  readonly isFault: boolean;
  /** What it strikes. */
  readonly point?: FaultPoint;
  readonly next: World;
}

export interface ModelOptions {
  /** Pages stay behind at the switchover. */
  readonly isPostcopy: boolean;
  /** The control plane may take a run for dead whose worker is alive. */
  readonly mayErr: boolean;
}

const mostRounds = 2;
const firstEpoch = 1;

export const beginning: World = {
  ...{ source: "negotiating", destination: "listening", rounds: 0 },
  ...{ toDestination: ["source:hello"], toSource: [], channel: "open" },
  ...{ isSourceDeaf: false, isDestinationDeaf: false, isIncomplete: false },
  ...{ sourceClaim: "none", destinationClaim: "none", owner: "source", epoch: firstEpoch },
  ...{ isSourceFenced: false, isDestinationFenced: false },
};

/** Who lets the guest run. */
export function runners(world: World): Owner[] {
  const { source, destination, owner } = world;
  const running: Owner[] = [];
  if (source !== "crashed" && sourceGuest[source] === "runs" && !world.isSourceFenced) {
    running.push(owner === "source again" ? "source again" : "source");
  }
  if (destination !== "crashed" && destinationGuest[destination] === "runs") {
    if (!world.isDestinationFenced) running.push("destination");
  }
  if (owner === "control") running.push("control");
  return running;
}

/** Everything that may happen next. */
export function steps(world: World, options: ModelOptions): Step[] {
  return [
    ...deliveries(world, options),
    ...silences(world),
    ...decisions(world),
    ...claims(world),
    ...faults(world, options),
    ...recoveries(world),
  ];
}

function act(name: string, next: World, point?: FaultPoint): Step {
  return { name, isFault: false, next, ...(point && { point }) };
}

function fault(name: string, next: World, point?: FaultPoint): Step {
  return { name, isFault: true, next, ...(point && { point }) };
}

// The sides.

function fireSource(world: World, event: SourceEvent, options?: ModelOptions): World {
  if (world.source === "crashed") return world;
  const source = sourceTransitions[world.source][event];
  if (source === undefined) return world;
  const next: World = { ...world, source };
  switch (source) {
    case "precopy":
      return send(next, "source", "source:pages-precopy", "source:round");
    case "stop-and-copy":
      return send(next, "source", "source:pages-stopped", "source:part", "source:handover");
    case "switchover":
      return send(next, "source", "source:go");
    case "reclaiming":
      return { ...cut(next), sourceClaim: "asked" };
    case "postcopy":
      return options?.isPostcopy ? send(next, "source", "source:pages-postcopy") : next;
    case "completed":
    case "aborted":
    case "superseded":
      if (event === "lost") return cut(next);
      return close(event === "cancelled" ? send(next, "source", "source:abort") : next);
    default:
      return next;
  }
}

function fireDestination(world: World, event: DestinationEvent, options?: ModelOptions): World {
  if (world.destination === "crashed") return world;
  const destination = destinationTransitions[world.destination][event];
  if (destination === undefined) return world;
  const next: World = { ...world, destination };
  switch (destination) {
    case "precopy":
      return send(next, "destination", "destination:welcome");
    case "stop-and-copy":
      return send(next, "destination", "destination:ready");
    case "switchover":
      return { ...next, destinationClaim: "asked" };
    case "postcopy": {
      const running = send(next, "destination", "destination:running");
      if (!options?.isPostcopy) return fireDestination(running, "complete");
      return send({ ...running, isIncomplete: true }, "destination", "destination:demand");
    }
    case "completed":
      return close(send(next, "destination", "destination:complete"));
    case "aborted":
    case "lost": {
      if (event === "lost") return cut(next);
      const isSaid = event !== "refused";
      return close(isSaid ? send(next, "destination", "destination:abort") : next);
    }
    default:
      return next;
  }
}

function hearSource(world: World, frame: FaultPoint, options: ModelOptions): World[] {
  const event = (
    {
      "destination:welcome": "welcome",
      "destination:ready": "ready",
      "destination:running": "running",
      "destination:complete": "complete",
      "destination:abort": "refused",
    } as const
  )[frame as string];
  if (event) return [fireSource(world, event, options)];
  if (frame !== "destination:received" || world.source !== "precopy") return [world];
  const isEnough = fireSource(world, "converged", options);
  if (world.rounds + 1 >= mostRounds) return [isEnough];
  const again = send(world, "source", "source:pages-precopy", "source:round");
  return [isEnough, { ...again, rounds: world.rounds + 1 }];
}

function hearDestination(world: World, frame: FaultPoint, options: ModelOptions): World[] {
  // A side may refuse what it is asked, or fail at it: no room, a machine that cannot be.
  const orRefuse = (event: DestinationEvent) => [
    fireDestination(world, event, options),
    fireDestination(world, "cancelled"),
  ];
  if (frame === "source:hello") return orRefuse("hello");
  if (frame === "source:round" && world.destination === "precopy") {
    return [send(world, "destination", "destination:received")];
  }
  if (frame === "source:handover") return orRefuse("handover");
  if (frame === "source:go") return [fireDestination(world, "go")];
  if (frame === "source:abort") return [fireDestination(world, "refused")];
  if (frame === "source:pages-postcopy" && world.destination === "postcopy") {
    return [fireDestination({ ...world, isIncomplete: false }, "complete")];
  }
  return [world];
}

export function isOver(world: World, side: "source" | "destination"): boolean {
  if (side === "source") {
    const { source } = world;
    return source === "crashed" || Object.keys(sourceTransitions[source]).length === 0;
  }
  const { destination } = world;
  return destination === "crashed" || Object.keys(destinationTransitions[destination]).length === 0;
}

// The channel.

function send(world: World, from: "source" | "destination", ...frames: FaultPoint[]): World {
  if (world.channel !== "open") return world;
  if (from === "source") {
    if (world.isDestinationDeaf) return world;
    return { ...world, toDestination: [...world.toDestination, ...frames] };
  }
  if (world.isSourceDeaf) return world;
  return { ...world, toSource: [...world.toSource, ...frames] };
}

function cut(world: World): World {
  return { ...world, channel: "cut", toSource: [], toDestination: [] };
}

function close(world: World): World {
  return world.channel === "open" ? { ...world, channel: "closed" } : world;
}

function deliveries(world: World, options: ModelOptions): Step[] {
  const found: Step[] = [];
  const [toSource, ...restToSource] = world.toSource;
  if (toSource && !isOver(world, "source") && world.source !== "reclaiming") {
    const taken = { ...world, toSource: restToSource };
    for (const next of hearSource(taken, toSource, options)) {
      found.push(act(`${toSource} arrives`, next));
    }
  }
  const [toDestination, ...restToDestination] = world.toDestination;
  if (toDestination && !isOver(world, "destination")) {
    const taken = { ...world, toDestination: restToDestination };
    for (const next of hearDestination(taken, toDestination, options)) {
      found.push(act(`${toDestination} arrives`, next));
    }
  }
  return found;
}

/** Whoever waits may lose patience at any time, and sees an end of the channel when all is read. */
function silences(world: World): Step[] {
  const found: Step[] = [];
  if (!isOver(world, "source") && world.toSource.length === 0) {
    found.push(act("the source hears nothing", fireSource(world, "lost")));
  }
  if (!isOver(world, "destination") && world.toDestination.length === 0) {
    found.push(act("the destination hears nothing", fireDestination(world, "lost")));
  }
  return found.filter(({ next }) => next !== world);
}

/** People may call it off; nothing counts on it. */
function decisions(world: World): Step[] {
  return [
    fault("the source is cancelled", fireSource(world, "cancelled")),
    fault("the destination is cancelled", fireDestination(world, "cancelled")),
  ].filter(({ next }) => next !== world);
}

// The authority.

function compareAndSet(world: World, epoch: number, owner: Owner): World {
  return world.epoch === epoch ? { ...world, epoch: epoch + 1, owner } : world;
}

function claims(world: World): Step[] {
  const found: Step[] = [];
  // What was asked may be done after the death of who asked.
  if (world.sourceClaim === "asked" && ["reclaiming", "crashed"].includes(world.source)) {
    const done = compareAndSet(world, firstEpoch, "source again");
    found.push(act("the source's claim is heard", { ...done, sourceClaim: "heard" }));
  }
  if (world.sourceClaim === "heard" && world.source === "reclaiming") {
    const { owner } = world;
    const event = owner === "source again" ? "mine" : owner === "destination" ? "theirs" : "others";
    const told = fireSource({ ...world, sourceClaim: "none" }, event);
    found.push(act("the source is answered", told));
    const lost: World = { ...world, sourceClaim: "asked" };
    found.push(fault("the source's answer is lost", lost, "source:claim"));
  }
  if (world.destinationClaim === "asked" && ["switchover", "crashed"].includes(world.destination)) {
    const done = compareAndSet(world, firstEpoch, "destination");
    found.push(act("the destination's claim is heard", { ...done, destinationClaim: "heard" }));
  }
  return found;
}

function answerDestination(world: World, options: ModelOptions): Step[] {
  if (world.destinationClaim !== "heard" || world.destination !== "switchover") return [];
  const event = world.owner === "destination" ? "mine" : "theirs";
  const told = fireDestination({ ...world, destinationClaim: "none" }, event, options);
  const lost: World = { ...world, destinationClaim: "asked" };
  return [
    act("the destination is answered", told),
    fault("the destination's answer is lost", lost, "destination:claim"),
  ];
}

// What goes wrong.

function faults(world: World, options: ModelOptions): Step[] {
  const found: Step[] = [...answerDestination(world, options)];
  const [toSource] = world.toSource;
  const [toDestination] = world.toDestination;
  if (world.channel === "open") {
    const next = toDestination ?? toSource;
    found.push(fault("the channel is cut", cut(world), next));
    if (toSource) found.push(fault("the channel is cut", cut(world), toSource));
    const deafSource = { ...world, isSourceDeaf: true, toSource: [] };
    const deafDestination = { ...world, isDestinationDeaf: true, toDestination: [] };
    if (!world.isSourceDeaf) found.push(fault("it stalls", deafSource, toSource));
    if (!world.isDestinationDeaf) found.push(fault("it stalls", deafDestination, toDestination));
  }
  // A frame that is damaged, missing or out of order ends the channel for whoever receives it.
  if (toSource && !isOver(world, "source")) {
    found.push(fault("a frame is damaged", fireSource(cut(world), "lost"), toSource));
  }
  if (toDestination && !isOver(world, "destination")) {
    const lost = fireDestination(cut(world), "lost");
    found.push(fault("a frame is damaged", lost, toDestination));
  }
  if (world.source !== "crashed") {
    found.push(fault("the source dies", cut({ ...world, source: "crashed" })));
  }
  if (world.destination !== "crashed") {
    found.push(fault("the destination dies", cut({ ...world, destination: "crashed" })));
  }
  if (options.mayErr && world.owner !== "control") {
    const taken = compareAndSet(world, world.epoch, "control");
    found.push(fault("the run is taken for dead", taken));
  }
  return found;
}

/** What makes up for faults in the end, whatever both sides do. */
function recoveries(world: World): Step[] {
  const found: Step[] = [];
  const { owner, source, destination } = world;
  const isDead =
    owner === "destination"
      ? destination === "crashed" || destination === "lost"
      : owner !== "control" && source === "crashed";
  if (isDead) {
    const taken = compareAndSet(world, world.epoch, "control");
    found.push(act("the run is replayed from its last checkpoint", taken));
  }
  const mine = owner === "source" || owner === "source again";
  if (!mine && !world.isSourceFenced && runners(world).some((one) => one.startsWith("source"))) {
    found.push(act("the store refuses the source", { ...world, isSourceFenced: true }));
  }
  const isStale = owner !== "destination" && !world.isDestinationFenced;
  if (isStale && runners(world).includes("destination")) {
    const fenced = { ...world, isDestinationFenced: true };
    found.push(act("the store refuses the destination", fenced));
  }
  return found;
}
