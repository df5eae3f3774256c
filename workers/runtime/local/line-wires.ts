import type { Terminal } from "../../host/console-terminal.ts";
import type { SerialLine } from "../../host/serial-line.ts";
import type { Wires } from "./drive.ts";

/** A serial port that leads elsewhere than the terminal, which still says when the run ends. */
export class LineWires implements Wires {
  readonly #terminal: Terminal;
  readonly #line: SerialLine;

  constructor(terminal: Terminal, line: SerialLine) {
    this.#terminal = terminal;
    this.#line = line;
  }

  get endRequest(): Wires["endRequest"] {
    return this.#terminal.endRequest;
  }

  get isInputEnded(): boolean {
    return this.#line.isInputEnded;
  }

  takeInput(): Uint8Array | undefined {
    return this.#line.takeInput();
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (bytes.length > 0) this.#line.write(bytes);
  }

  async wait(milliseconds?: number): Promise<void> {
    if (!this.#line.hasInput) await this.#terminal.wait(milliseconds);
  }
}
