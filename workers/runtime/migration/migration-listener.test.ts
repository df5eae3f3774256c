import { connect as connectPlainly, type Socket } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { listenForRuns, type MigrationListener } from "./migration-listener.ts";
import { connectToWorker, fingerprintOf } from "./migration-tls.ts";
import { type MoveOpening, sendWord } from "./move-opening.ts";
import { StreamChannel } from "./stream-channel.ts";
import { certificateName, makeWorkerCertificate } from "./worker-certificate.ts";

const own = makeWorkerCertificate();
const known = makeWorkerCertificate();
const stranger = makeWorkerCertificate();
const opening: MoveOpening = {
  run: "s-aaaaaaaaaaaaaaaa",
  ...{
    from: "known",
    to: "own",
    epoch: 1,
    ticket: "t",
    build: "b",
    lock: "l",
    elapsed: 0,
    mustGo: false,
  },
};
const patience = 400;

let listener: MigrationListener;
let openings: MoveOpening[];

beforeEach(async () => {
  openings = [];
  const isKnown = fingerprintOf(known.certificate);
  listener = await listenForRuns({
    ...{ host: "127.0.0.1", port: 0, certificate: own, patience, most: 4 },
    workerOf: async (fingerprint) => (fingerprint === isKnown ? "known" : undefined),
    onOpening: (opening) => openings.push(opening),
  });
});

afterEach(() => listener.close());

const door = () => ({ host: "127.0.0.1", port: listener.port, certificate: own.certificate });
const ended = (socket: Socket) =>
  new Promise<void>((resolve) => {
    socket.on("error", () => undefined);
    socket.on("data", () => undefined);
    if (socket.destroyed) resolve();
    else socket.once("close", () => resolve());
  });
const said = () => expect.poll(() => openings, { timeout: 5000 });

describe("a worker's door", () => {
  test("hears a worker that is known and says who it is", async () => {
    const socket = await connectToWorker(door(), known, 5000);
    sendWord(new StreamChannel(socket), opening);
    await said().toEqual([opening]);
    socket.destroy();
  });

  test("is opened by nobody whom Redis does not know, who shows nothing, or who is another one", async () => {
    const foreign = await connectToWorker(door(), stranger, 5000);
    sendWord(new StreamChannel(foreign), opening);
    await ended(foreign);
    const bare = connect({ ...door(), ca: [own.certificate], servername: certificateName });
    await ended(bare);
    const liar = await connectToWorker(door(), known, 5000);
    sendWord(new StreamChannel(liar), { ...opening, from: "somebody-else" });
    await ended(liar);
    expect(openings).toEqual([]);
  });

  test("is not taken for another worker's", async () => {
    const other = { ...door(), certificate: stranger.certificate };
    await expect(connectToWorker(other, known, 5000)).rejects.toThrow();
    expect(openings).toEqual([]);
  });

  test.each<readonly [string, (socket: TLSSocket) => void]>([
    ["nothing", () => undefined],
    ["a frame longer than any", (socket) => socket.write(Buffer.alloc(100, 0xff))],
    ["what is no JSON", (socket) => socket.write(Buffer.from([16, 0, 0, 0, ...Array(16).fill(1)]))],
    [
      "a word that has no end",
      (socket) => {
        const head = Buffer.alloc(4);
        head.writeUInt32LE(2 ** 20);
        socket.write(Buffer.concat([head, Buffer.alloc(2 ** 20, "{")]));
      },
    ],
    [
      "an opening with more in it",
      (socket) => {
        sendWord(new StreamChannel(socket), { ...opening, more: 1 } as MoveOpening);
      },
    ],
  ])("is closed for a worker that says %s", async (_, say) => {
    const socket = await connectToWorker(door(), known, 5000);
    say(socket);
    await ended(socket);
    expect(openings).toEqual([]);
  });

  test("is there again when those who do not speak TLS, or nothing at all, have had their time", async () => {
    const sockets = Array.from({ length: 8 }, (_, index) => {
      const socket = connectPlainly(listener.port, "127.0.0.1");
      if (index % 2 === 0) socket.write("GET / HTTP/1.1\r\n\r\n");
      return socket;
    });
    await Promise.all(sockets.map(ended));
    const socket = await connectToWorker(door(), known, 5000);
    sendWord(new StreamChannel(socket), opening);
    await said().toEqual([opening]);
    socket.destroy();
  });
});
