import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { runCommandLine } from "../../../services/cli/command-line.ts";
import { rawGuest } from "../../integration/raw-guest.ts";
import { startTestService } from "../../integration/test-service.ts";
import { median } from "../samples.ts";

/** Milliseconds of the host's clock. */
export interface GdbSteps {
  /** From gdb's word to the stop's, through `trapline gdb`, API, Redis and the worker. */
  readonly step: number;
  /** A breakpoint that a guest in a loop of one instruction comes to again at once. */
  readonly toBreakpoint: number;
}

const warm = 50;
const steps = 400;

/** A debugger of a run of the service, on one machine. */
export async function gdbSteps(): Promise<GdbSteps> {
  const runtime = process.versions.deno === undefined ? "node" : "deno";
  const service = await startTestService([runtime]);
  try {
    const run = await service.submit("endless", rawGuest({ print: "ready\n", ending: "spin" }));
    await service.until(run, ({ state }) => state === "running");
    const place = Promise.withResolvers<string>();
    let told = "";
    const ended = runCommandLine(["gdb", run, "--api", service.api.base], {
      out: (text) => place.resolve(/target remote (\S+?)'/.exec(text)?.[1] ?? ""),
      err: (text) => {
        told += text;
      },
    });
    ended.then((status) => place.reject(new Error(`status ${status}: ${told}`)));
    const gdb = await Gdb.connect(await place.promise);
    await gdb.ask("?");
    const step = await middleOf(() => gdb.ask("vCont;s:1"));
    const [, pc = "0"] = /^(.+)$/.exec(await gdb.ask("p20")) ?? [];
    await gdb.ask(`Z0,${littleEndian(pc)},4`);
    const toBreakpoint = await middleOf(() => gdb.ask("vCont;c"));
    await gdb.ask("D");
    gdb.end();
    await ended;
    return { step, toBreakpoint };
  } finally {
    await service.stop();
  }
}

async function middleOf(act: () => Promise<string>): Promise<number> {
  const times: number[] = [];
  for (let turn = 0; turn < warm + steps; turn++) {
    const since = performance.now();
    const answer = await act();
    if (!answer.startsWith("T")) throw new Error(`gdb is told ${answer}`);
    if (turn >= warm) times.push(performance.now() - since);
  }
  return median(times);
}

/** A register as gdb's protocol has it, the lowest byte first, as a number. */
function littleEndian(bytes: string): string {
  return (bytes.match(/../g) ?? []).reverse().join("");
}

/** The debugger's half of gdb's remote protocol, as far as these questions take. */
class Gdb {
  readonly #socket: Socket;
  #text = "";

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true).setEncoding("latin1");
    socket.on("data", (text: string) => {
      this.#text += text;
    });
  }

  static async connect(place: string): Promise<Gdb> {
    const [host = "", port] = place.split(":");
    const socket = connect(Number(port), host);
    await once(socket, "connect");
    return new Gdb(socket);
  }

  /** Asks, and acknowledges the answer. */
  async ask(words: string): Promise<string> {
    const sum = [...words].reduce((total, one) => total + one.charCodeAt(0), 0) % 256;
    this.#socket.write(`$${words}#${sum.toString(16).padStart(2, "0")}`);
    for (;;) {
      const [whole, answer] = /\$([^#]*)#../.exec(this.#text) ?? [];
      if (whole !== undefined && answer !== undefined) {
        this.#text = this.#text.slice(this.#text.indexOf(whole) + whole.length);
        this.#socket.write("+");
        return answer;
      }
      await once(this.#socket, "data");
    }
  }

  end(): void {
    this.#socket.end();
  }
}
