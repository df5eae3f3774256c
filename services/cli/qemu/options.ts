import { readCpu } from "./cpu-option.ts";
import { readDevice } from "./device-option.ts";
import { readDrive } from "./drive-option.ts";
import { readGdb } from "./gdb-option.ts";
import { readGlobal } from "./global-option.ts";
import { readInstructionCount } from "./icount-option.ts";
import { readMachine } from "./machine-option.ts";
import { readMemory } from "./memory-option.ts";
import { readNetdev } from "./netdev-option.ts";
import type { Option } from "./option.ts";
import { parseChoice } from "./parse-choice.ts";
import { parseCount } from "./parse-count.ts";
import { parseSeed } from "./parse-seed.ts";
import { readProcessors } from "./processors-option.ts";
import { readRtc } from "./rtc-option.ts";
import { readSerial } from "./serial-option.ts";
import { readChardev } from "./stream-option.ts";
import { readTrace } from "./trace-option.ts";
import { versionText } from "./version-text.ts";

/** An option of which this machine has one value only. */
function onlyOption(name: string, words: readonly string[], summary: string): Option {
  return {
    names: [name],
    value: words.join("|"),
    summary,
    set: (_draft, value) => {
      parseChoice(`-${name} value`, words, value);
    },
  };
}

/** An option that is on by nature here. */
function naturalOption(name: string, summary: string): Option {
  return { names: [name], summary, set: () => {} };
}

/** All options, in the order of the help. */
export const options: readonly Option[] = [
  {
    names: ["machine", "M"],
    value: "virt",
    summary: "the machine; virt is the only one",
    set: readMachine,
  },
  { names: ["cpu"], value: "rv64", summary: "the CPU; rv64 is the only one", set: readCpu },
  { names: ["smp"], value: "N", summary: "the number of harts, 1 to 8", set: readProcessors },
  { names: ["m"], value: "SIZE", summary: "RAM, in MiB or with a suffix (128M)", set: readMemory },
  {
    names: ["bios"],
    value: "none|default|FILE",
    summary: "firmware: none starts the kernel in M-mode, default is Trapline's own SBI",
    set: (draft, value) => {
      draft.firmware = value === "none" || value === "default" ? value : { file: value };
    },
  },
  {
    names: ["kernel"],
    value: "FILE",
    summary: "ELF file, Linux Image or raw image to start",
    set: (draft, value) => {
      draft.kernel = value;
    },
  },
  {
    names: ["initrd"],
    value: "FILE",
    summary: "initial RAM disk for the kernel",
    set: (draft, value) => {
      draft.initrd = value;
    },
  },
  {
    names: ["append"],
    value: "TEXT",
    summary: "command line of the kernel",
    set: (draft, value) => {
      draft.commandLine = value;
    },
  },
  {
    names: ["dtb"],
    value: "FILE",
    summary: "device tree for the kernel in place of the machine's own",
    set: (draft, value) => {
      draft.deviceTree = value;
    },
  },
  {
    names: ["drive"],
    value: "file=FILE,if=none,format=raw,id=ID[,readonly=on][,snapshot=on]",
    summary: "disk image for a device to use",
    set: readDrive,
  },
  {
    names: ["device"],
    value: "MODEL[,drive=ID][,netdev=ID][,packed=on][,bus=virtio-mmio-bus.N]",
    summary: "a device; -device help lists the models",
    set: readDevice,
  },
  {
    names: ["netdev"],
    value: "none|loopback,id=ID",
    summary: "where the cable of a virtio-net-device leads",
    set: readNetdev,
  },
  {
    names: ["global"],
    value: "virtio-mmio.force-legacy=false",
    summary: "virtio-mmio is always modern",
    set: readGlobal,
  },
  {
    names: ["snapshot"],
    summary: "keep writes to disk images in memory and drop them at the end",
    set: (draft) => {
      draft.snapshot = true;
    },
  },
  {
    names: ["serial"],
    value: "mon:stdio|stdio|none|null|file:PATH|pipe:PATH|unix:PATH|tcp:HOST:PORT|chardev:ID",
    summary: "the serial console; mon:stdio has the Ctrl-A keys and is the default",
    set: readSerial,
  },
  {
    names: ["chardev"],
    value: "null|stdio|file|pipe|socket,id=ID,…",
    summary: "byte stream for -serial chardev:ID",
    set: readChardev,
  },
  {
    names: ["monitor"],
    value: "none|stdio",
    summary: "the monitor; stdio where the serial console is elsewhere, else it is on Ctrl-A C",
    set: (draft, value) => {
      draft.monitorOnTerminal =
        parseChoice("-monitor value", ["none", "null", "stdio"], value) === "stdio";
    },
  },
  onlyOption("display", ["none"], "there is no display"),
  onlyOption("parallel", ["none", "null"], "there is no parallel port"),
  onlyOption("vga", ["none"], "there is no graphics card"),
  onlyOption("net", ["none"], "there is no network card"),
  onlyOption("nic", ["none"], "there is no network card"),
  onlyOption("accel", ["tcg"], "accepted, without effect"),
  naturalOption("nographic", "the console is the terminal anyway"),
  {
    names: ["nodefaults"],
    summary: "no serial console unless there is a -serial",
    set: (draft) => {
      draft.defaultConsole = "none";
    },
  },
  {
    names: ["gdb"],
    value: "tcp::PORT",
    summary: "wait for a gdb on this port of the loopback address",
    set: (draft, value) => {
      draft.gdb = readGdb(value);
    },
  },
  {
    names: ["s"],
    summary: "the same as -gdb tcp::1234",
    set: (draft) => {
      draft.gdb = readGdb("tcp::1234");
    },
  },
  {
    names: ["S"],
    summary: "do not start before gdb or the monitor says so",
    set: (draft) => {
      draft.startsPaused = true;
    },
  },
  {
    names: ["d"],
    value: "ITEM,…",
    summary: "log what is executed, slowly; -d help lists the items",
    set: readTrace,
  },
  {
    names: ["D"],
    value: "FILE",
    summary: "where -d logs to (standard error)",
    set: (draft, value) => {
      draft.traceFile = value;
    },
  },
  {
    names: ["icount"],
    value: "shift=0",
    summary: "one instruction is one nanosecond: so it is with --time virtual",
    set: readInstructionCount,
  },
  naturalOption("no-user-config", "there is no configuration file"),
  {
    names: ["name"],
    value: "TEXT",
    summary: "accepted, without effect",
    set: () => {},
  },
  {
    names: ["version"],
    summary: "print the version",
    set: (draft) => {
      draft.information = versionText();
    },
  },
  {
    names: ["rtc"],
    value: "base=utc[,clock=vm]",
    summary: "the real-time clock",
    set: readRtc,
  },
  {
    names: ["no-reboot"],
    summary: "end when the guest reboots, instead of starting again",
    set: (draft) => {
      draft.onReboot = "exit";
    },
  },
  {
    names: ["time"],
    value: "virtual|host",
    summary: "guest time: retired instructions (default), or the host's clock",
    isOwn: true,
    set: (draft, value) => {
      draft.time = parseChoice("time", ["virtual", "host"], value);
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
    names: ["exits"],
    value: "FILE|-",
    summary: "write the count of VM exits by category to FILE (JSON)",
    isOwn: true,
    set: (draft, value) => {
      draft.exitsFile = value;
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
