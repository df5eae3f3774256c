/**
 * The commands of the monitor that only look at a machine: in QEMU's words, a line each, answered with
 * text. It never throws; a command that cannot be carried out is answered with a sentence.
 */
import type { DebugPort } from "../../vmm/mod.ts";
import { disassembledMemory, dumpedMemory } from "./dump-memory.ts";
import { evaluate } from "./evaluate.ts";
import type { MonitorCommand } from "./monitor-command.ts";
import { parseDumpFormat } from "./parse-dump-format.ts";
import { showMappings } from "./show-mappings.ts";
import { showRegions } from "./show-regions.ts";
import { showRegisters } from "./show-registers.ts";

const historyLines = 32;

/** What a monitor can do besides. */
export interface MoreCommands {
  readonly commands: readonly MonitorCommand[];
  /** Of `info`. */
  readonly topics: readonly MonitorCommand[];
}

export class LookingConsole {
  readonly #machine: () => DebugPort;
  readonly #commands: readonly MonitorCommand[];
  readonly #topics: readonly MonitorCommand[];
  #hart = 0;
  #history: readonly string[] = [];

  /** @param machine the one of now: a reboot may replace it */
  constructor(machine: () => DebugPort, { commands, topics }: Partial<MoreCommands> = {}) {
    this.#machine = machine;
    this.#commands = [...this.#inquiries, ...(commands ?? []), ...this.#looks];
    this.#topics = [...this.#ownTopics, ...(topics ?? [])];
  }

  /** @returns what to show, lines with their ends; nothing for a command that says nothing */
  execute(line: string): string {
    const [, name = "", operands = ""] = /^\s*([^\s/]*)\s*(.*?)\s*$/s.exec(line) ?? [];
    if (name === "") return "";
    this.#history = [...this.#history, line.trim()].slice(-historyLines);
    const command = find(this.#commands, name);
    if (command === undefined) {
      return `unknown command: '${name}'\nType 'help' for a list of commands.\n`;
    }
    return command.run(operands);
  }

  readonly #inquiries: readonly MonitorCommand[] = [
    {
      names: ["help", "?"],
      operands: "[command]",
      summary: "show the help",
      run: (name) => this.#help(name),
    },
    {
      names: ["info"],
      operands: "topic",
      summary: "show something of the machine; 'info' alone lists the topics",
      run: (topic) => this.#info(topic),
    },
  ];

  readonly #looks: readonly MonitorCommand[] = [
    {
      names: ["cpu"],
      operands: "index",
      summary: "choose the hart that the other commands are about",
      run: (index) => this.#choose(index),
    },
    {
      names: ["x"],
      operands: "/fmt addr",
      summary:
        "show memory at a virtual address; fmt is a count, a format of xduoci, a size of bhwg",
      run: (operands) => this.#dump(operands, "virtual"),
    },
    {
      names: ["xp"],
      operands: "/fmt addr",
      summary: "show memory at a physical address",
      run: (operands) => this.#dump(operands, "physical"),
    },
    {
      names: ["print", "p"],
      operands: "/fmt expr",
      summary: "show the value of an expression such as $sp + 8",
      run: (operands) => this.#print(operands),
    },
    {
      names: ["gva2gpa"],
      operands: "addr",
      summary: "translate a virtual address",
      run: (operands) => this.#translate(operands),
    },
  ];

  readonly #ownTopics: readonly MonitorCommand[] = [
    {
      names: ["registers"],
      operands: "[-a]",
      summary: "registers of the hart; -a: of all harts",
      run: (which) => this.#registers(which),
    },
    {
      names: ["cpus"],
      operands: "",
      summary: "the harts",
      run: () => this.#harts(),
    },
    {
      names: ["mem"],
      operands: "",
      summary: "what the hart's page table maps",
      run: () => showMappings(this.#debug, this.#hart),
    },
    {
      names: ["tlb"],
      operands: "",
      summary: "translations that the monitor has cached for the hart",
      run: () => this.#cachedTranslations(),
    },
    {
      names: ["roms"],
      operands: "",
      summary: "what was placed in memory before the start",
      run: () => this.#images(),
    },
    {
      names: ["history"],
      operands: "",
      summary: "the commands of this monitor so far",
      run: () => this.#history.map((line, index) => `${index}: '${line}'\n`).join(""),
    },
    {
      names: ["mtree"],
      operands: "",
      summary: "what answers at which physical addresses",
      run: () => showRegions(this.#debug),
    },
  ];

  get #debug(): DebugPort {
    return this.#machine();
  }

  #help(name: string): string {
    const chosen = this.#commands.filter(({ names }) => name === "" || names.includes(name));
    if (chosen.length === 0) return `unknown command: '${name}'\n`;
    return listed(chosen);
  }

  #info(operands: string): string {
    const [, name = "", rest = ""] = /^(\S*)\s*(.*)$/s.exec(operands) ?? [];
    if (name === "") return listed(this.#topics, "info ");
    const topic = find(this.#topics, name);
    return topic?.run(rest) ?? `unknown topic: '${name}'\n${listed(this.#topics, "info ")}`;
  }

  #choose(text: string): string {
    const hart = Number(text);
    if (text === "" || !Number.isInteger(hart) || hart < 0 || hart >= this.#debug.harts) {
      return `invalid CPU index: '${text}'\n`;
    }
    this.#hart = hart;
    return "";
  }

  #registers(which: string): string {
    const harts = which === "-a" ? [...Array(this.#debug.harts).keys()] : [this.#hart];
    return harts.map((hart) => `\nCPU#${hart}\n${showRegisters(this.#debug, hart)}`).join("");
  }

  #harts(): string {
    return [...Array(this.#debug.harts).keys()]
      .map((hart) => {
        const mark = hart === this.#hart ? "*" : " ";
        return `${mark} CPU #${hart}: thread_id=${hart + 1} (${this.#debug.hartState(hart)})\n`;
      })
      .join("");
  }

  #cachedTranslations(): string {
    const lines = [...this.#debug.cachedTranslations(this.#hart)].map(
      ({ context, access, address }) =>
        `${context.padEnd(14)}${access.padEnd(7)}${address.toString(16).padStart(16, "0")}\n`,
    );
    return lines.length === 0 ? "nothing is cached\n" : lines.join("");
  }

  #images(): string {
    return this.#debug.images
      .map(({ role, address, bytes }) => {
        const place = address.toString(16).padStart(16, "0");
        return `addr=${place} size=0x${bytes.toString(16).padStart(6, "0")} mem=ram name="${role}"\n`;
      })
      .join("");
  }

  #translate(operands: string): string {
    const address = evaluate(operands, this.#debug, this.#hart);
    if (address === undefined) return invalid(operands);
    const physical = this.#debug.translate(this.#hart, address);
    return physical === undefined ? "Unmapped\n" : `gpa: 0x${physical.toString(16)}\n`;
  }

  #print(operands: string): string {
    const { format, rest } = parseDumpFormat(operands);
    if (format === undefined) return invalid(operands);
    const value = evaluate(rest, this.#debug, this.#hart);
    if (value === undefined) return invalid(rest);
    return format.notation === "d"
      ? `${BigInt.asIntN(64, value)}\n`
      : `${format.notation === "u" ? value : `0x${value.toString(16)}`}\n`;
  }

  #dump(operands: string, space: "virtual" | "physical"): string {
    const { format, rest } = parseDumpFormat(operands);
    if (format === undefined) return invalid(operands);
    const address = evaluate(rest, this.#debug, this.#hart);
    if (address === undefined) return invalid(rest);
    const read = (at: bigint, bytes: number) =>
      space === "virtual"
        ? this.#debug.readMemory(this.#hart, at, bytes)
        : this.#debug.readPhysical(Number(at), bytes);
    return format.notation === "i"
      ? disassembledMemory(this.#debug, this.#hart, address, format.count)
      : dumpedMemory(read, address, format);
  }
}

function find(commands: readonly MonitorCommand[], name: string): MonitorCommand | undefined {
  return commands.find(({ names }) => names.includes(name));
}

function listed(commands: readonly MonitorCommand[], before = ""): string {
  return commands
    .map(({ names, operands, summary }) => {
      const words = `${before}${names.join("|")} ${operands}`;
      return `${words.trimEnd()} -- ${summary}\n`;
    })
    .join("");
}

function invalid(operands: string): string {
  return `'${operands}' is no expression that this monitor understands\n`;
}
