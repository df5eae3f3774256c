import { engineNames } from "../../../shared/schema/engine-names.ts";
import type { Option } from "./option.ts";
import { parseChoice } from "./parse-choice.ts";
import { parseCount } from "./parse-count.ts";
import { parseSeed } from "./parse-seed.ts";

/** Options that QEMU does not have, in the order of the help. */
export const ownOptions: readonly Option[] = [
  {
    names: ["time"],
    value: "virtual|host",
    summary: "guest time: retired instructions, or the host's clock (with a network to others)",
    isOwn: true,
    set: (draft, value) => {
      draft.time = parseChoice("time", ["virtual", "host"] as const, value);
    },
  },
  {
    names: ["engine"],
    value: "NAME",
    summary: "how instructions are executed: translate, trap-and-emulate or interpret",
    isOwn: true,
    set: (draft, value) => {
      draft.engine = parseChoice("engine", engineNames, value);
    },
  },
  {
    names: ["kept-code"],
    value: "DIR|off",
    summary: "where translations are kept from run to run (in the cache folder)",
    isOwn: true,
    set: (draft, value) => {
      draft.keptCode = value === "off" ? "none" : { folder: value };
    },
  },
  {
    names: ["seed"],
    value: "N",
    summary: "what virtio-rng and /chosen/rng-seed are made from (0)",
    isOwn: true,
    set: (draft, value) => {
      draft.seed = parseSeed(value);
    },
  },
  {
    names: ["max-instructions"],
    value: "N",
    summary: "stop after N instructions, with exit status 124; suffixes k, M, G, T",
    isOwn: true,
    set: (draft, value) => {
      draft.maxInstructions = parseCount(value);
    },
  },
  {
    names: ["script"],
    value: "FILE",
    summary: "take console input from the steps in FILE (YAML), not from the terminal",
    isOwn: true,
    set: (draft, value) => {
      draft.scriptFile = value;
    },
  },
  {
    names: ["checkpoint"],
    value: "DIR",
    summary: "keep snapshots in DIR: of savevm, and of a run that ends before its guest does",
    isOwn: true,
    set: (draft, value) => {
      draft.checkpoints = value;
    },
  },
  {
    names: ["restore"],
    value: "FILE|DIR",
    summary: "go on from a snapshot, or from the newest in DIR; no -kernel is needed",
    isOwn: true,
    set: (draft, value) => {
      draft.restore = { place: value };
    },
  },
  {
    names: ["exits"],
    value: "FILE|-",
    summary: "write the count of VM exits by category to FILE (JSON); -: a table with times",
    isOwn: true,
    set: (draft, value) => {
      draft.exitsFile = value;
    },
  },
  {
    names: ["json"],
    summary: "with --exits -: JSON with times, in place of the table",
    isOwn: true,
    set: (draft) => {
      draft.exitsAsJson = true;
    },
  },
  {
    names: ["profile"],
    value: "FILE",
    summary: "write where the guest spends its instructions to FILE, as folded stacks",
    isOwn: true,
    set: (draft, value) => {
      draft.profileFile = value;
    },
  },
  {
    names: ["profile-period"],
    value: "N",
    summary: "look at each N-th instruction for --profile (99991)",
    isOwn: true,
    set: (draft, value) => {
      draft.profilePeriod = parseCount(value);
    },
  },
  {
    names: ["symbols"],
    value: "FILE",
    summary: "names for --profile: an ELF file, or a guest's /proc/kallsyms (the kernel)",
    isOwn: true,
    set: (draft, value) => {
      draft.symbolsFile = value;
    },
  },
  {
    names: ["hash"],
    summary: "print the hash of the machine's final state on standard error",
    isOwn: true,
    set: (draft) => {
      draft.printsHash = true;
    },
  },
];
