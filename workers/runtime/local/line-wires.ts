import type { Terminal } from "../../host/console-terminal.ts";
import type { SerialLine } from "../../host/serial-line.ts";
import type { Wires } from "./drive.ts";

/** How often a machine whose output nobody takes is asked whether it should end. */
const patienceMilliseconds = 100;

/**
 * A serial port that leads elsewhere than the terminal, which still says when the run ends. Without a
 * line it leads nowhere.
 */
export class LineWires implements Wires {
  readonly #terminal: Pick<Terminal, "endRequest" | "wait">;
  readonly #line: SerialLine | undefined;
  readonly #isOver: () => boolean;

  /** @param isOver whether somebody has asked for the end of the run elsewhere */
  constructor(
    terminal: Pick<Terminal, "endRequest" | "wait">,
    line: SerialLine | undefined,
    isOver: () => boolean,
  ) {
    this.#terminal = terminal;
    this.#line = line;
    this.#isOver = isOver;
  }

  get endRequest(): Wires["endRequest"] {
    return this.#terminal.endRequest;
  }

  get isInputEnded(): boolean {
    return this.#line?.isInputEnded ?? true;
  }

  takeInput(): Uint8Array | undefined {
    return this.#line?.takeInput();
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0 || this.#line === undefined) return;
    this.#line.write(bytes);
    while (this.#line.isCongested && this.endRequest === undefined && !this.#isOver()) {
      await this.#terminal.wait(patienceMilliseconds);
    }
  }

  async wait(milliseconds?: number): Promise<void> {
    if (this.#line?.hasInput !== true) await this.#terminal.wait(milliseconds);
  }
}
