import { fileProblem } from "../../host/file-problem.ts";
import { openCapture } from "../../host/network/capture.ts";
import { openDatagramNetwork } from "../../host/network/datagram-network.ts";
import type { HostNetwork } from "../../host/network/host-network.ts";
import { openStreamNetwork } from "../../host/network/stream-network.ts";
import { openUserNetwork } from "../../host/network/user-network.ts";
import { Failure, Loopback, type NetBackend, NetHub, NoNetwork } from "../../vmm/mod.ts";
import type { LocalNetwork } from "./local-run.ts";

const insideKinds: ReadonlySet<string> = new Set(["none", "loopback", "hub"]);

/** The networks of one run, open. */
export interface OpenNetworks {
  /** By the name that `VirtioConfig` has for them. */
  readonly networks: ReadonlyMap<string, NetBackend>;
  /** Whether one of them leads out of this process, so that frames may come at any time. */
  readonly isReachable: boolean;
  /** What each is, in words, in their order. */
  readonly descriptions: readonly { readonly name: string; readonly words: string }[];
  close(): Promise<void>;
}

/**
 * Opens all networks, or none.
 *
 * @param onArrival called when a frame has come from the host
 * @throws Failure `network-unreachable`, `user-network`, `capture-unwritable`
 */
export async function openNetworks(
  wanted: readonly LocalNetwork[],
  onArrival: () => void,
): Promise<OpenNetworks> {
  const networks = new Map<string, NetBackend>();
  const descriptions: { name: string; words: string }[] = [];
  const closers: (() => void | Promise<void>)[] = [];
  const close = async () => {
    for (const closeOne of closers.reverse()) await closeOne();
  };
  const hubs = new Map<number, NetHub>();
  try {
    for (const { name, end, captures } of inOrder(wanted)) {
      let network: NetBackend;
      let words: string = end.kind;
      if (end.kind === "none" || end.kind === "loopback") {
        network = end.kind === "none" ? new NoNetwork() : new Loopback();
      } else if (end.kind === "hub") {
        const hub = hubs.get(end.hub) ?? new NetHub();
        hubs.set(end.hub, hub);
        network = hub.port();
        words = `hub ${end.hub}`;
        const behind = end.behind === undefined ? undefined : networks.get(end.behind);
        if (behind !== undefined) connect(network, behind);
      } else {
        const opened = await openOne(name, end, onArrival);
        closers.push(() => opened.close());
        network = opened;
        words = opened.place;
      }
      descriptions.push({ name, words });
      for (const { file, mostBytes } of captures) {
        const capture = capturing(file, mostBytes);
        closers.push(() => capture.close());
        network = capture.tap(network);
      }
      networks.set(name, network);
    }
  } catch (error) {
    await close();
    throw error;
  }
  const isReachable = wanted.some(({ end }) => !insideKinds.has(end.kind));
  return { networks, descriptions, isReachable, close };
}

/** A hub's port comes after the network that is plugged into it. */
function inOrder(wanted: readonly LocalNetwork[]): readonly LocalNetwork[] {
  const isPort = ({ end }: LocalNetwork) => end.kind === "hub";
  return [...wanted.filter((one) => !isPort(one)), ...wanted.filter(isPort)];
}

/** A cable between a hub's port and another network: what one receives the other one sends. */
function connect(port: NetBackend, other: NetBackend): void {
  port.attach((frame, at) => other.send(frame, at));
  other.attach((frame, at) => port.send(frame, at));
}

async function openOne(
  name: string,
  end: Exclude<LocalNetwork["end"], { kind: "none" | "loopback" | "hub" }>,
  onArrival: () => void,
): Promise<HostNetwork> {
  try {
    switch (end.kind) {
      case "stream":
        return await openStreamNetwork(end.address, end, onArrival);
      case "datagrams":
        return await openDatagramNetwork(end.remote, end.local, onArrival);
      case "user":
        return await openUserNetwork(end.options, onArrival);
    }
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(
      "network-unreachable",
      `the network '${name}' cannot be connected: ${fileProblem(error)}`,
      "check its address; with connect= the other machine has to be there first",
    );
  }
}

function capturing(file: string, mostBytes: number) {
  try {
    return openCapture(file, mostBytes);
  } catch (error) {
    throw new Failure(
      "capture-unwritable",
      `the file '${file}' for filter-dump cannot be written: ${fileProblem(error)}`,
      "give a path in a folder that you may write to",
    );
  }
}
