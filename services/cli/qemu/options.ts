import { UsageFailure } from "../usage-failure.ts";
import { readAccelerator } from "./accel-option.ts";
import { readCpu } from "./cpu-option.ts";
import { readDevice } from "./device-option.ts";
import { readDrive } from "./drive-option.ts";
import { readGdb } from "./gdb-option.ts";
import { readGlobal } from "./global-option.ts";
import { readInstructionCount } from "./icount-option.ts";
import { readMachine } from "./machine-option.ts";
import { readMemory } from "./memory-option.ts";
import { readMon, readMonitor, readQmp } from "./monitor-option.ts";
import { readNetdev } from "./netdev-option.ts";
import { readObject } from "./object-option.ts";
import type { Option } from "./option.ts";
import { ownOptions } from "./own-options.ts";
import { parseChoice } from "./parse-choice.ts";
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

/** A network card and its cable in one: QEMU's short form, which means PCI cards mostly. */
function cardOption(name: string): Option {
  return {
    names: [name],
    value: "none",
    summary: "no network card; write -netdev and -device virtio-net-device for one",
    set: (_draft, value) => {
      if (value === "none") return;
      throw new UsageFailure(
        "option-unsupported",
        "cards and their cables are two options here",
        "write -netdev user,id=n0 -device virtio-net-device,netdev=n0",
      );
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
    value: "user|socket|stream|dgram|hubport|loopback|none,id=ID,…",
    summary: "where the cable of a virtio-net-device leads; -netdev help lists the kinds",
    set: readNetdev,
  },
  {
    names: ["object"],
    value: "filter-dump,id=ID,netdev=ID,file=FILE|rng-builtin,id=ID",
    summary: "record the frames of a network in a pcap file; a source of random numbers",
    set: readObject,
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
    value: "mon:stdio|stdio|none|pty|file:PATH|pipe:PATH|unix:PATH|tcp:HOST:PORT|chardev:ID",
    summary: "the serial console; mon:stdio has the Ctrl-A keys and is the default",
    set: readSerial,
  },
  {
    names: ["chardev"],
    value: "null|stdio|file|pipe|pty|socket,id=ID,…",
    summary:
      "byte stream for -serial chardev:ID, -mon chardev=ID and -device virtconsole,chardev=ID",
    set: readChardev,
  },
  {
    names: ["monitor"],
    value: "none|stdio|pty|unix:PATH|tcp:HOST:PORT|chardev:ID",
    summary: "the monitor; without this option it is on Ctrl-A C",
    set: readMonitor,
  },
  {
    names: ["mon"],
    value: "chardev=ID[,mode=readline|control][,pretty=on]",
    summary: "the monitor on a -chardev, for people or, as QMP, for programs",
    set: readMon,
  },
  {
    names: ["qmp"],
    value: "unix:PATH,server=on,wait=off|tcp:HOST:PORT,…|stdio",
    summary: "QMP, the monitor for programs",
    set: (draft, value) => readQmp(draft, value, false),
  },
  {
    names: ["qmp-pretty"],
    value: "unix:PATH,server=on,wait=off|…",
    summary: "the same with answers that people can read",
    set: (draft, value) => readQmp(draft, value, true),
  },
  onlyOption("display", ["none"], "there is no display"),
  onlyOption("parallel", ["none", "null"], "there is no parallel port"),
  onlyOption("vga", ["none"], "there is no graphics card"),
  cardOption("net"),
  cardOption("nic"),
  {
    names: ["accel"],
    value: "tcg",
    summary: "accepted, without effect: there is one engine",
    set: readAccelerator,
  },
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
    names: ["loadvm"],
    value: "TAG",
    summary: "go on from a state that savevm has saved in the folder of -checkpoint",
    set: (draft, value) => {
      draft.restore = { name: value };
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
    summary: "a name for monitors to show",
    set: (draft, value) => {
      draft.name = value.replace(/^guest=/, "").split(",", 1)[0];
    },
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
  ...ownOptions,
];
