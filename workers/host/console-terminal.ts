import process from "node:process";
import {
  escapeHelp,
  escapeKeys,
  type KeyCommand,
  type KeyFilter,
  plainKeys,
  signalKeys,
} from "./console-keys.ts";
import { LineEditor } from "./line-editor.ts";
import type { Stream, StreamEvents } from "./stream.ts";

/** How the guest's console is wired to this process. */
export interface TerminalWiring {
  /** Whether standard input goes to the guest. */
  readonly input: boolean;
  /** Whether the guest's output goes to standard output. */
  readonly output: boolean;
  /** `escapes`: Ctrl-A commands, Ctrl-C is input. `signals`: Ctrl-C ends the run. */
  readonly keys: "escapes" | "signals";
  /** What Ctrl-A C leads to. */
  readonly monitor?: TerminalMonitor;
  /** Whether what is typed goes to the monitor from the start. */
  readonly startsInMonitor?: boolean;
  /** Takes the whole terminal, raw bytes both ways, in place of the guest and the monitor. */
  readonly takeOver?: (stream: Stream) => StreamEvents;
}

/** A console of commands beside the guest's. */
export interface TerminalMonitor {
  readonly greeting: string;
  readonly prompt: string;
  /** @returns what the command says */
  execute(line: string): string;
}

/** Why the person or the system wants the run to end. */
export type EndRequest =
  | { readonly kind: "quit" }
  | { readonly kind: "signal"; readonly signal: NodeJS.Signals }
  | { readonly kind: "output-closed" };

const endingSignals = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const;

/** Input that the machine has not taken yet before reading pauses, in bytes. */
const enoughInput = 65_536;

/**
 * Standard input and output as the guest's serial terminal, under Node and Deno.
 *
 * A terminal on standard input is in raw mode from `open` to `close`, and is set back on every way
 * out of the process that leaves a choice (exit, uncaught error, SIGINT, SIGTERM, SIGHUP, SIGQUIT).
 * At most one per process. The driver polls `endRequest` and `takeInput` between two slices and must
 * return to the event loop in between (`turn`, `wait`), or nothing ever arrives.
 */
export class Terminal {
  static open(wiring: TerminalWiring): Terminal {
    return new Terminal(wiring);
  }

  readonly #wiring: TerminalWiring;
  readonly #filter: KeyFilter;
  readonly #isRaw: boolean;
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  #inputEnded: boolean;
  #endRequest: EndRequest | undefined;
  #wake: () => void = () => {};
  /** Whether something changed that nobody has waited for yet. */
  #hasChanged = false;
  /** There while the person types to the monitor. */
  #line: LineEditor | undefined;
  readonly #other: StreamEvents | undefined;

  private constructor(wiring: TerminalWiring) {
    this.#wiring = wiring;
    this.#inputEnded = !wiring.input;
    this.#isRaw = wiring.input && process.stdin.isTTY === true && wiring.takeOver === undefined;
    this.#other = wiring.takeOver?.({
      send: (bytes) => {
        process.stdout.write(bytes);
      },
      get backlog() {
        return process.stdout.writableLength;
      },
      close: () => {},
    });
    this.#filter = chooseFilter(wiring, this.#isRaw);
    for (const signal of endingSignals) {
      process.on(signal, this.#onSignal);
    }
    process.stdout.on("error", this.#onOutputError);
    if (wiring.input) {
      this.#openInput();
    }
    if (wiring.startsInMonitor === true) {
      this.#switchMonitor();
    }
  }

  get endRequest(): EndRequest | undefined {
    return this.#endRequest;
  }

  /** Whether more input can ever come. */
  get isInputEnded(): boolean {
    return this.#inputEnded && this.#pendingBytes === 0;
  }

  /** Input that has arrived since the last call, if any. */
  takeInput(): Uint8Array | undefined {
    if (this.#pendingBytes === 0) {
      return undefined;
    }
    const taken = Buffer.concat(this.#pending, this.#pendingBytes);
    this.#pending = [];
    this.#pendingBytes = 0;
    if (!this.#inputEnded) {
      process.stdin.resume();
    }
    return taken;
  }

  /** Writes the guest's output; resolves when the reader of standard output keeps up. */
  async write(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0 || !this.#wiring.output || this.#endRequest?.kind === "output-closed") {
      return;
    }
    if (!process.stdout.write(bytes)) {
      await this.#untilWoken((wake) => {
        process.stdout.once("drain", wake);
        return () => process.stdout.off("drain", wake);
      });
    }
  }

  /** Waits for input, an end request, or `milliseconds` if given, whatever comes first. */
  async wait(milliseconds?: number): Promise<void> {
    const hasChanged = this.#hasChanged;
    this.#hasChanged = false;
    if (hasChanged || this.#pendingBytes > 0 || this.#endRequest !== undefined) {
      return;
    }
    await this.#untilWoken((wake) => {
      // With standard input at its end nothing else may keep the process alive; a bare wait for a
      // signal needs this timer, whose period does not matter.
      const timer = setTimeout(wake, milliseconds ?? 2 ** 30);
      return () => clearTimeout(timer);
    });
  }

  /** Ends a `wait`, or the next one: something else than the terminal has changed. */
  wake(): void {
    this.#hasChanged = true;
    this.#wake();
  }

  /** Sets the terminal back and waits until all output has left the process. */
  async close(): Promise<void> {
    for (const signal of endingSignals) {
      process.off(signal, this.#onSignal);
    }
    if (this.#wiring.input) {
      process.stdin.off("data", this.#onData);
      process.stdin.pause();
      this.#setRaw(false);
      process.off("exit", this.#onExit);
      process.off("SIGCONT", this.#onContinue);
    }
    await new Promise<void>((resolve) => process.stdout.write("", () => resolve()));
    process.stdout.off("error", this.#onOutputError);
  }

  #openInput(): void {
    this.#setRaw(true);
    process.on("exit", this.#onExit);
    process.on("SIGCONT", this.#onContinue);
    process.stdin.on("data", this.#onData);
    const end = () => {
      this.#inputEnded = true;
      this.#wake();
    };
    process.stdin.once("end", end);
    // A standard input that cannot be read (closed, a directory) is one that has ended.
    process.stdin.once("error", end);
  }

  readonly #onData = (chunk: Uint8Array): void => {
    if (this.#other !== undefined) {
      this.#other.onData(chunk);
      return;
    }
    for (const event of this.#filter(chunk)) {
      if (event.kind === "command") {
        this.#obey(event.command);
      } else if (this.#line !== undefined) {
        this.#typeToMonitor(this.#line, event.bytes);
      } else if (event.bytes.length > 0) {
        this.#typeToGuest(event.bytes);
      }
    }
  };

  #obey(command: KeyCommand): void {
    switch (command) {
      case "help":
        process.stdout.write(escapeHelp);
        break;
      case "monitor":
        this.#switchMonitor();
        break;
      case "quit":
        this.#request({ kind: "quit" });
        break;
      case "interrupt":
        this.#request({ kind: "signal", signal: "SIGINT" });
        break;
    }
  }

  #switchMonitor(): void {
    const { monitor } = this.#wiring;
    if (monitor === undefined || this.#line !== undefined) {
      this.#line = undefined;
      return;
    }
    this.#line = new LineEditor();
    process.stdout.write(`\n${monitor.greeting}\n${monitor.prompt}`);
  }

  #typeToMonitor(editor: LineEditor, bytes: Uint8Array): void {
    const { monitor } = this.#wiring;
    if (monitor === undefined) {
      return;
    }
    const { echo, lines } = editor.type(bytes);
    process.stdout.write(echo);
    for (const line of lines) {
      process.stdout.write(`${monitor.execute(line)}${monitor.prompt}`);
    }
  }

  #typeToGuest(bytes: Uint8Array): void {
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    if (this.#pendingBytes >= enoughInput) {
      process.stdin.pause();
    }
    this.#wake();
  }

  readonly #onSignal = (signal: NodeJS.Signals): void => this.#request({ kind: "signal", signal });
  readonly #onOutputError = (): void => this.#request({ kind: "output-closed" });
  readonly #onExit = (): void => this.#setRaw(false);
  /** Whoever had the terminal while this process was stopped has set it to its own modes. */
  readonly #onContinue = (): void => this.#setRaw(true);

  #request(request: EndRequest): void {
    this.#endRequest ??= request;
    this.#wake();
  }

  #setRaw(raw: boolean): void {
    if (this.#isRaw) {
      process.stdin.setRawMode(raw);
    }
  }

  /** Waits for `#wake` or for what `arm` arranges; `arm` gives the function that undoes it. */
  async #untilWoken(arm: (wake: () => void) => () => void): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const disarm = arm(resolve);
    await promise;
    disarm();
    this.#wake = () => {};
  }
}

function chooseFilter({ keys }: TerminalWiring, isTerminal: boolean): KeyFilter {
  if (keys === "escapes") {
    return escapeKeys();
  }
  return isTerminal ? signalKeys() : plainKeys();
}
