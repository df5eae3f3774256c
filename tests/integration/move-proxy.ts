import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/**
 * What passes between two workers of a move, as far as a stranger sees it: the length of a TLS record
 * gives away which message it is.
 *
 *   pages    a batch of them while the guest runs at the source
 *   ready    the destination has made the machine
 *   go       from here the destination may claim the run
 *   running  it has done so
 *   later    a batch of pages after that
 */
export const movePoints = ["pages", "ready", "go", "running", "later"] as const;
export type MovePoint = (typeof movePoints)[number];

export interface MovePlan {
  readonly point: MovePoint;
  /** Whether the message still arrives. */
  readonly isBehind: boolean;
  /** Done when the message is seen; afterwards nothing more passes. */
  strike(): void;
}

const headBytes = 5;
const applicationData = 23;
/** RFC 8446, 5.2: what a record has beside its content, with AES-GCM or ChaCha20-Poly1305. */
const aroundBytes = 17;
const frameHeadBytes = 12;
const bare = frameHeadBytes + 1 + aroundBytes;
const withNumber = bare + 1;
const fewestOfPages = 2000;

/** Between workers that reach each other under another address of loopback than they listen on. */
export class MoveProxy {
  readonly #server = createServer((socket) => this.#carry(socket));
  readonly #port: number;
  readonly #from: string;
  plan: MovePlan | undefined;
  /** Points that were passed since the last plan. */
  readonly passed = new Set<MovePoint>();

  private constructor(port: number, from: string) {
    this.#port = port;
    this.#from = from;
  }

  /** @param from the address that it listens at; the worker listens at 127.0.0.1 */
  static async open(port: number, from: string): Promise<MoveProxy> {
    const proxy = new MoveProxy(port, from);
    proxy.#server.listen(port, from);
    await once(proxy.#server, "listening");
    return proxy;
  }

  set(plan: MovePlan | undefined): void {
    this.plan = plan;
    this.passed.clear();
  }

  close(): void {
    this.#server.close();
  }

  #carry(source: Socket): void {
    const destination = connect(this.#port, "127.0.0.1");
    let isReady = false;
    let isGone = false;
    let isRunning = false;
    let isOver = false;
    const end = () => {
      isOver = true;
      source.destroy();
      destination.destroy();
    };
    const fromSource = (bytes: number): MovePoint | undefined => {
      if (isRunning) return bytes >= fewestOfPages ? "later" : undefined;
      if (isReady && bytes === bare) {
        isGone = true;
        return "go";
      }
      return !isReady && bytes >= fewestOfPages ? "pages" : undefined;
    };
    const fromDestination = (bytes: number): MovePoint | undefined => {
      if (!isReady && bytes === bare) {
        isReady = true;
        return "ready";
      }
      if (isGone && !isRunning && bytes === withNumber) {
        isRunning = true;
        return "running";
      }
      return undefined;
    };
    const pass = (from: Socket, to: Socket, pointOf: typeof fromSource) => {
      let rest = Buffer.alloc(0);
      from.on("data", (bytes: Buffer) => {
        rest = Buffer.concat([rest, bytes]);
        for (;;) {
          const length = rest.length < headBytes ? Number.NaN : headBytes + rest.readUInt16BE(3);
          if (isOver || !(rest.length >= length)) return;
          const record = rest.subarray(0, length);
          rest = rest.subarray(length);
          const isContent = record[0] === applicationData;
          const point = isContent ? pointOf(length - headBytes) : undefined;
          if (point) this.passed.add(point);
          const plan = point !== undefined && this.plan?.point === point ? this.plan : undefined;
          if (plan === undefined || plan.isBehind) to.write(record);
          if (plan === undefined) continue;
          this.plan = undefined;
          // What was written has to be on its way first.
          if (plan.isBehind) to.write("", () => [plan.strike(), setTimeout(end, 300)]);
          else {
            plan.strike();
            end();
          }
          return;
        }
      });
      from.on("error", () => undefined);
      from.on("close", () => to.destroy());
    };
    pass(source, destination, fromSource);
    pass(destination, source, fromDestination);
  }

  get address(): string {
    return this.#from;
  }
}
