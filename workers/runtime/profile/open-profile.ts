import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { fileProblem } from "../../host/file-problem.ts";
import { Failure, type Instructions, type Machine, type StopReason } from "../../vmm/mod.ts";
import { GuestProfiler } from "./guest-profiler.ts";
import { SymbolTable } from "./symbol-table.ts";

/** What to profile, and where to. */
export interface ProfilePlace {
  readonly file: string;
  /** Steps from one look to the next. */
  readonly period: Instructions;
  /** An ELF file, or a listing of addresses and names; the kernel, where it is not said. */
  readonly symbols: string | undefined;
}

/** A profile that goes to a file when it is closed: `run` in place of the machine's own. */
export interface Profile {
  readonly run: (machine: Machine, instructions: Instructions) => StopReason;
  close(): void;
}

/**
 * @param kernel where names come from unless a file of symbols is given
 * @throws Failure `profile-unwritable`, `symbols-unreadable`, `symbols-none`
 */
export function openProfile(place: ProfilePlace, kernel: string | undefined): Profile {
  const symbols = readSymbols(place.symbols, kernel);
  const opened = openForWriting(place.file);
  const profiler = new GuestProfiler(place.period, symbols);
  return {
    run: (machine, instructions) => profiler.run(machine, instructions),
    close: () => {
      writeSync(opened, profiler.folded());
      closeSync(opened);
    },
  };
}

function readSymbols(asked: string | undefined, kernel: string | undefined): SymbolTable {
  const file = asked ?? kernel;
  if (file === undefined) return SymbolTable.empty;
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new Failure(
      "symbols-unreadable",
      `the file '${file}' for --symbols cannot be read: ${fileProblem(error)}`,
      "give an ELF file that is not stripped, or what /proc/kallsyms of the guest shows",
    );
  }
  const symbols = SymbolTable.of(bytes);
  if (asked !== undefined && symbols.size === 0) {
    throw new Failure(
      "symbols-none",
      `the file '${file}' has no names of functions`,
      "give an ELF file that is not stripped, or what /proc/kallsyms of the guest shows",
    );
  }
  return symbols;
}

function openForWriting(file: string): number {
  try {
    return openSync(file, "w");
  } catch (error) {
    throw new Failure(
      "profile-unwritable",
      `the file '${file}' for --profile cannot be written: ${fileProblem(error)}`,
      "give a path in a folder that you may write to",
    );
  }
}
