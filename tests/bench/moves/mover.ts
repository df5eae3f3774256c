/**
 * A process that a Linux moves out of and into, over TLS: what a worker does, without a queue around
 * it. It is told what to do in lines of JSON and answers in such lines; see `MoverProcess`.
 */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { createServer, type TLSSocket } from "node:tls";
import { compiler } from "../../../workers/host/compiler.ts";
import { countBuffersWithHeap } from "../../../workers/host/count-buffers-with-heap.ts";
import { tidy } from "../../../workers/host/tidy.ts";
import { zstd } from "../../../workers/host/zstd.ts";
import {
  connectToWorker,
  listenerOptions,
} from "../../../workers/runtime/migration/migration-tls.ts";
import { StreamChannel } from "../../../workers/runtime/migration/stream-channel.ts";
import { makeWorkerCertificate } from "../../../workers/runtime/migration/worker-certificate.ts";
import {
  type Authority,
  MigrationDestination,
  MigrationSource,
  Monitor,
} from "../../../workers/vmm/mod.ts";
import { type Load, LoadedLinux, waitOf } from "./loaded-linux.ts";

export type MoverCommand =
  | { readonly do: "boot"; readonly load: Load }
  | { readonly do: "pace"; readonly milliseconds: number }
  | { readonly do: "listen" }
  | {
      readonly do: "send";
      readonly port: number;
      readonly certificate: string;
      readonly downtime: number;
    };

/** What the side that a run has left says of it. Milliseconds, of the host's clock where it is a time. */
export interface Departed {
  readonly began: number;
  readonly stopped: number;
  readonly cpu: number;
  readonly dots: number;
  readonly bytes: number;
  readonly rounds: readonly number[];
  readonly stoppedPages: number;
}

export interface Arrived {
  readonly ran: number;
  readonly cpu: number;
}

countBuffersWithHeap();
const certificate = makeWorkerCertificate();
const monitor = Monitor.create({ compiler });
/** About a millisecond of a guest that computes. */
const slice = 500_000;
const common = {
  // The record is asked for where the run arrives: a database would take its way there and back.
  authority: {
    compareAndSet: async (_run, epoch, owner) => ({ epoch: epoch + 1, owner }),
  } satisfies Authority,
  now: () => performance.now(),
  patience: 20_000,
  tidy,
  ...(zstd && { compressions: [zstd] }),
};
const hostNow = () => performance.timeOrigin + performance.now();
const say = (answer: unknown) => process.stdout.write(`${JSON.stringify(answer)}\n`);
const cpuNow = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
let linux: LoadedLinux | undefined;

/** Until there is something new on the channel, or so many milliseconds are over. */
function change(channel: StreamChannel, wait: number): Promise<void> {
  if (wait <= 0) return new Promise((resolve) => setImmediate(resolve));
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, wait);
    channel.onChange = () => {
      clearTimeout(timer);
      resolve();
    };
  });
}

async function listen(): Promise<void> {
  const server = createServer(listenerOptions(certificate));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const connected = once(server, "secureConnection") as Promise<[TLSSocket]>;
  say({ port, certificate: certificate.certificate });
  const [socket] = await connected;
  socket.setNoDelay(true);
  server.close();
  const channel = new StreamChannel(socket);
  const coming = LoadedLinux.arriving();
  const cpu = cpuNow();
  const destination = new MigrationDestination({
    ...{ ...common, channel, monitor, owner: "there", accept: () => undefined },
    resources: () => coming.resources,
  });
  for (;;) {
    destination.step();
    if (destination.guest === "runs") break;
    if (destination.isOver) throw new Error(`it did not arrive: ${destination.problem?.message}`);
    // The record answers without a word on the channel.
    await change(channel, destination.state === "switchover" ? 0 : 50);
  }
  const ran = hostNow();
  destination.machine.run(slice);
  const used = cpuNow() - cpu;
  while (!destination.isOver) {
    destination.step();
    await change(channel, 1);
  }
  linux = coming.take(destination.machine);
  say({ ran, cpu: used } satisfies Arrived);
}

async function send({
  port,
  certificate: theirs,
  downtime,
}: MoverCommand & { do: "send" }): Promise<void> {
  if (!linux) throw new Error("there is nothing to send");
  const { machine } = linux;
  const where = { host: "127.0.0.1", port, certificate: theirs };
  const socket = await connectToWorker(where, certificate, 5000);
  const channel = new StreamChannel(socket);
  const [began, cpu, dots] = [hostNow(), cpuNow(), linux.dots];
  let stopped = began;
  const source = new MigrationSource({
    ...{ ...common, machine, channel, run: "run", epoch: 1, owner: "here", token: "" },
    ...{ mode: "precopy", limits: { downtime, mostRounds: 30 } },
  });
  while (!source.isOver) {
    const { sentBytes } = source.statistics;
    // One that waits for its alarm could still run until it is stopped.
    if (source.guest === "runs") stopped = hostNow();
    source.step();
    if (source.isOver) break;
    const hasSent = source.statistics.sentBytes > sentBytes;
    let wait = hasSent ? 0 : 5;
    if (source.guest === "runs") {
      const stop = machine.run(source.instructionsOf(slice));
      wait = Math.min(wait, waitOf(machine, stop));
    }
    await change(channel, wait);
  }
  if (source.state !== "completed") throw new Error(`it stays: ${source.problem?.message}`);
  const { statistics } = source;
  say({
    ...{ began, stopped, cpu: cpuNow() - cpu, dots: linux.dots - dots },
    bytes: statistics.sentBytes,
    rounds: statistics.rounds.map(({ dirtyPages }) => dirtyPages),
    stoppedPages: statistics.stoppedPages,
  } satisfies Departed);
  machine.dispose();
  linux = undefined;
}

async function obey(command: MoverCommand): Promise<void> {
  if (command.do === "listen") return listen();
  if (command.do === "send") return send(command);
  if (command.do === "boot") linux = await LoadedLinux.boot(monitor, command.load, "host");
  else {
    if (!linux) throw new Error("there is nothing to run");
    const [began, dots] = [performance.now(), linux.dots];
    while (performance.now() < began + command.milliseconds) await linux.run();
    say({ dotsPerSecond: ((linux.dots - dots) * 1000) / (performance.now() - began) });
    return;
  }
  say({});
}

for await (const line of createInterface({ input: process.stdin })) await obey(JSON.parse(line));
process.exit(0);
