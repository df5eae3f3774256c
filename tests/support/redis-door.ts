import { createHash, randomUUID } from "node:crypto";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A moment in the talk between a client and Redis. */
export interface TalkPoint {
  readonly name: string;
  /** What is in the text of the command, or of the script that it calls. */
  readonly says: RegExp;
}

/** When Redis is struck: it never hears the command, or has done it and its answer is lost. */
export type StrikeTime = "asked" | "answered";

/** Where, and when there, Redis is struck. */
export interface PlannedStrike {
  readonly point: TalkPoint;
  readonly time: StrikeTime;
}

/**
 * A door to Redis that knows what is said. At each point that it waits for it calls `strike`, and cuts
 * all connections.
 *
 *     const door = await openRedisDoor(() => process.kill(redis.pid, "SIGKILL"));
 *     const url = door.urlOf("redis://:secret@127.0.0.1:6379");
 *     await door.strikeAll(planned);
 */
export interface RedisDoor {
  /** The URL by which a client goes through this door. */
  urlOf(url: string): string;
  /** Waits for one point after the other. @returns when the last one was struck */
  strikeAll(planned: readonly PlannedStrike[]): Promise<void>;
  /** The one that it waits for now. */
  readonly next: PlannedStrike | undefined;
  close(): void;
}

export async function openRedisDoor(strike: () => void): Promise<RedisDoor> {
  let target = 0;
  const waiting: PlannedStrike[] = [];
  let onLast: () => void = () => undefined;
  const scripts = new Map<string, string>();
  const sockets = new Set<Socket>();

  /** What a command is about. Scripts are sent once, and then called by their SHA-1. */
  const textOf = ([name = "", script = "", ...rest]: readonly string[]): string => {
    if (/^eval$/i.test(name)) scripts.set(createHash("sha1").update(script).digest("hex"), script);
    const meant = /^evalsha$/i.test(name) ? (scripts.get(script) ?? "") : script;
    return /^eval/i.test(name) ? `SCRIPT ${meant}` : [name, script, ...rest].join(" ");
  };
  const hit = () => {
    waiting.shift();
    strike();
    for (const socket of sockets) socket.destroy();
    if (waiting.length === 0) onLast();
  };
  const server = createServer((client) => {
    const redis = connect(target, "127.0.0.1");
    let token: string | undefined;
    let rest: Buffer = Buffer.alloc(0);
    for (const [one, other] of [
      [client, redis],
      [redis, client],
    ] as const) {
      sockets.add(one);
      one.on("error", () => other.destroy());
      one.on("close", () => {
        sockets.delete(one);
        other.destroy();
      });
    }
    client.on("data", (bytes: Buffer) => {
      rest = Buffer.concat([rest, bytes]);
      for (;;) {
        const command = parseCommand(rest);
        if (command === undefined) return;
        const whole = rest.subarray(0, command.length);
        rest = rest.subarray(command.length);
        const [next] = waiting;
        const isIt = token === undefined && next?.point.says.test(textOf(command.words));
        if (isIt && next?.time === "asked") return hit();
        redis.write(whole);
        if (!isIt) continue;
        // Whatever Redis says from here on is not passed on; when it says this, it has done the command.
        token = randomUUID();
        redis.write(`*2\r\n$4\r\nECHO\r\n$${token.length}\r\n${token}\r\n`);
        return;
      }
    });
    let said = "";
    redis.on("data", (bytes: Buffer) => {
      if (token === undefined) {
        client.write(bytes);
        return;
      }
      said += bytes.toString("latin1");
      if (said.includes(token)) hit();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    urlOf: (url) => {
      const moved = new URL(url);
      target = Number(moved.port);
      moved.port = String(port);
      return moved.href;
    },
    strikeAll: (planned) =>
      new Promise<void>((resolve) => {
        waiting.push(...planned);
        onLast = resolve;
      }),
    get next() {
      return waiting[0];
    },
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** The first command of some bytes, as clients send them (RESP arrays); undefined until it is whole. */
function parseCommand(bytes: Buffer): { words: string[]; length: number } | undefined {
  let at = 0;
  const line = (): string | undefined => {
    const end = bytes.indexOf("\r\n", at);
    if (end < 0) return undefined;
    const text = bytes.toString("latin1", at, end);
    at = end + 2;
    return text;
  };
  const count = line();
  if (count === undefined) return undefined;
  const words: string[] = [];
  for (let index = 0; index < Number(count.slice(1)); index++) {
    const size = line();
    if (size === undefined) return undefined;
    const end = at + Number(size.slice(1));
    if (bytes.length < end + 2) return undefined;
    words.push(bytes.toString("utf8", at, end));
    at = end + 2;
  }
  return { words, length: at };
}
