/**
 * The monitor behind Ctrl-A C and gdb's `monitor`: commands in QEMU's words, a line each, answered
 * with text. It never throws; a command that cannot be carried out is answered with a sentence.
 */
import { renderExits } from "../../../shared/telemetry/render-exits.ts";
import { LookingConsole } from "./looking-console.ts";
import type { MonitorCommand } from "./monitor-command.ts";
import type { RunControl } from "./run-control.ts";
import { runTopics } from "./run-topics.ts";

export class MonitorConsole {
  readonly #control: RunControl;
  readonly #console: LookingConsole;

  constructor(control: RunControl) {
    this.#control = control;
    this.#console = new LookingConsole(() => control.machine.debug, {
      commands: this.#commands,
      topics: [this.#exits, ...runTopics(control)],
    });
  }

  /** @returns what to show, lines with their ends; nothing for a command that says nothing */
  execute(line: string): string {
    return this.#console.execute(line);
  }

  readonly #commands: readonly MonitorCommand[] = [
    {
      names: ["stop", "s"],
      operands: "",
      summary: "stop the machine",
      run: () => this.#quietly(() => this.#control.pause({ kind: "asked" })),
    },
    {
      names: ["cont", "c"],
      operands: "",
      summary: "let the machine run on",
      run: () => this.#quietly(() => this.#control.resume()),
    },
    {
      names: ["quit", "q"],
      operands: "",
      summary: "end the run",
      run: () => this.#quietly(() => this.#control.quit()),
    },
    {
      names: ["system_reset"],
      operands: "",
      summary: "start the machine again",
      run: () => this.#quietly(() => this.#control.reset()),
    },
    {
      names: ["system_powerdown"],
      operands: "",
      summary: "ask the guest to power off; this machine has no button that it could see",
      run: () => this.#quietly(() => this.#control.powerDown()),
    },
    {
      names: ["savevm"],
      operands: "tag",
      summary: "save the machine as it is now, under a name",
      run: (name) => this.#control.snapshots.save(name),
    },
    {
      names: ["loadvm"],
      operands: "tag",
      summary: "go on from a saved state",
      run: (name) => this.#control.snapshots.load(name),
    },
    {
      names: ["delvm"],
      operands: "tag",
      summary: "delete a saved state",
      run: (name) => this.#control.snapshots.remove(name),
    },
  ];

  readonly #exits: MonitorCommand = {
    names: ["exits"],
    operands: "",
    summary: "how often the guest left its own code, by category, and what that took",
    run: () => renderExits(this.#control.exitReport()),
  };

  #quietly(act: () => void): string {
    act();
    return "";
  }
}
