import { UsageFailure } from "../usage-failure.ts";
import type { Draft, MonitorDraft } from "./draft.ts";
import { parseBoolean } from "./parse-boolean.ts";
import { parseChoice } from "./parse-choice.ts";
import { type Property, readProperties } from "./property-list.ts";
import { parseStreamUse } from "./stream-option.ts";

const modes = ["readline", "control"] as const;

interface MonDraft {
  chardev: string | undefined;
  mode: MonitorDraft["mode"];
  isPretty: boolean;
}

const properties: readonly Property<MonDraft>[] = [
  {
    name: "chardev",
    value: "ID",
    set: (monitor, value) => {
      monitor.chardev = value;
    },
  },
  {
    name: "mode",
    value: modes.join("|"),
    set: (monitor, value) => {
      monitor.mode = parseChoice("monitor mode", modes, value);
    },
  },
  {
    name: "pretty",
    value: "on|off",
    set: (monitor, value) => {
      monitor.isPretty = parseBoolean(value);
    },
  },
];

/** `-monitor stdio|unix:PATH,…|tcp:HOST:PORT,…|pty|none`. */
export function readMonitor(draft: Draft, text: string): void {
  add(draft, `-monitor ${text}`, text, { mode: "readline", isPretty: false });
}

/** `-qmp unix:PATH,server=on,wait=off` and the like. */
export function readQmp(draft: Draft, text: string, isPretty: boolean): void {
  add(draft, `-qmp ${text}`, text, { mode: "control", isPretty });
}

/** `-mon [chardev=]ID[,mode=readline|control][,pretty=on]`. */
export function readMon(draft: Draft, text: string): void {
  const monitor: MonDraft = { chardev: undefined, mode: "readline", isPretty: false };
  readProperties("-mon", text, properties, monitor, "chardev");
  const { chardev: id, mode, isPretty } = monitor;
  if (id === undefined) {
    throw new UsageFailure(
      "chardev-missing",
      "a monitor needs a character device",
      "write -chardev socket,path=PATH,server=on,wait=off,id=ID -mon chardev=ID,mode=control",
    );
  }
  draft.monitors.push({ words: `-mon ${text}`, use: { id }, mode, isPretty });
}

function add(
  draft: Draft,
  words: string,
  text: string,
  mode: Pick<MonitorDraft, "mode" | "isPretty">,
): void {
  const use = parseStreamUse("monitor device", text);
  if ("end" in use && use.end === "none") return;
  draft.monitors.push({ words, use, ...mode });
}
