import { type DebugReport, debugReportSchema } from "../../../shared/protocol/debug-report.ts";
import type { DebugAsk } from "../../../shared/protocol/debug-request.ts";
import { jsonOf } from "../../../shared/protocol/json-of.ts";

/** What hears of a link. */
export interface LinkEvents {
  /** There is a connection, perhaps to another process of the API than before. */
  onOpen(): void;
  onReport(report: DebugReport): void;
  /** There is none, and there will be none. */
  onRefusal(words: string): void;
}

/** Milliseconds before a lost connection is made anew. */
const reconnectDelay = 300;
/** Milliseconds without a connection after which there will be none; the run goes on long before. */
const patience = 60_000;
/** Close codes of the API that a new connection would not mend. */
const isFinal = (code: number) => code >= 4400 && code < 4500;

/**
 * The debugger's connection to the API, made anew when it is lost. What is on its way then is lost:
 * whoever has asked asks again.
 */
export class DebugLink {
  readonly session = crypto.randomUUID();
  readonly #address: string;
  readonly #events: LinkEvents;
  #socket: WebSocket | undefined;
  #isClosed = false;
  /** Since when there is no connection. */
  #lostAt = performance.now();
  #asked = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param api its address, with http or https */
  constructor(api: string, run: string, events: LinkEvents) {
    this.#address = `${api.replace(/^http/, "ws")}/v1/runs/${encodeURIComponent(run)}/debug`;
    this.#events = events;
  }

  open(): void {
    const socket = new WebSocket(this.#address);
    this.#socket = socket;
    let wasOpen = false;
    socket.addEventListener("open", () => {
      wasOpen = true;
      this.#events.onOpen();
    });
    socket.addEventListener("message", ({ data }) => this.#hear(data));
    // What is wrong follows in the event of the close.
    socket.addEventListener("error", () => undefined);
    socket.addEventListener("close", ({ code, reason }) => {
      if (this.#isClosed || this.#socket !== socket) return;
      this.#socket = undefined;
      if (wasOpen) this.#lostAt = performance.now();
      const isLate = performance.now() - this.#lostAt > patience;
      if (isFinal(code)) this.#events.onRefusal(reason);
      else if (isLate) this.#events.onRefusal("the API does not answer any more; the run goes on");
      else this.#timer = setTimeout(() => this.open(), reconnectDelay);
    });
  }

  /** @returns what the answer is found by */
  ask(ask: DebugAsk): number {
    const n = this.#asked++;
    const { session } = this;
    if (this.#socket?.readyState === WebSocket.OPEN) {
      this.#socket.send(JSON.stringify({ session, n, ask }));
    }
    return n;
  }

  /** Resolves when what was asked before has left. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    const socket = this.#socket;
    if (!socket || socket.readyState !== WebSocket.OPEN) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    socket.addEventListener("close", () => resolve());
    socket.close(1000);
    await Promise.race([promise, new Promise((late) => setTimeout(late, reconnectDelay).unref())]);
  }

  #hear(data: unknown): void {
    const report = debugReportSchema.safeParse(jsonOf(String(data)));
    if (report.success && report.data.session === this.session) this.#events.onReport(report.data);
  }
}
