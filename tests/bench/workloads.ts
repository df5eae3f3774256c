import { ensureLinuxImage } from "../../deploy/images/linux/ensure-linux-image.ts";
import { linuxCommandLine } from "../../deploy/images/linux/linux-command-line.ts";
import { elfPath, guests } from "../guests/guests.ts";
import { makeBenchImage } from "./bench-image.ts";
import { type BenchRow, idOf } from "./bench-rows.ts";

/** One machine to run, in the words of QEMU's command line, which ours understands too. */
export interface Workload {
  readonly name: string;
  /** Asked before each run: what a run writes to is made anew for it. */
  words(): readonly string[];
  /** Console text that ends a section which began when the process was started. */
  readonly prompt?: { readonly name: string; readonly text: string };
  /** Whether translations were kept from an earlier run of the same, which is not measured. */
  readonly hasKeptCode?: boolean;
  /** The sections that a run must show, in order. */
  readonly sections: readonly string[];
}

const always = [
  ...["-machine", "virt", "-smp", "1", "-no-reboot"],
  ...["-nographic", "-monitor", "none", "-serial", "stdio"],
];

/**
 * What has to be run to fill these rows, each workload once.
 *
 * @param say receives one line per step of building images that are not there yet
 */
export function workloadsOf(
  rows: readonly BenchRow[],
  say: (line: string) => void,
): readonly Workload[] {
  return [...new Set(rows.map(({ from }) => from))].map((from) => {
    const own = rows.filter((row) => row.from === from);
    if (from === "boot") return bootWorkload(own, say);
    if (from === "warm-boot") return { ...bootWorkload(own, say), hasKeptCode: true };
    return from === "linux" ? linuxWorkload(own, say) : bareWorkload(from, own);
  });
}

function bareWorkload(from: string, rows: readonly BenchRow[]): Workload {
  const memory = guests.find(({ name }) => name === from)?.ramMebibytes ?? 64;
  return {
    name: from,
    words: () => [...always, "-m", `${memory}M`, "-bios", "none", "-kernel", elfPath(from)],
    sections: rows.map(({ name }) => name),
  };
}

function linuxWorkload(rows: readonly BenchRow[], say: (line: string) => void): Workload {
  const image = makeBenchImage(say);
  const wanted = rows.map((row) => idOf(row).replace("linux-", "")).join(",");
  const commandLine = `${linuxCommandLine} quiet rdinit=/bench-init rows=${wanted}`;
  return {
    name: "linux",
    words: () => linuxWords(image, commandLine, image.blankDisk(), ""),
    sections: rows.map(({ name }) => name),
  };
}

function bootWorkload(rows: readonly BenchRow[], say: (line: string) => void): Workload {
  const image = ensureLinuxImage({ say });
  const [name = "boot"] = rows.map((row) => row.name);
  return {
    name,
    words: () => linuxWords(image, linuxCommandLine, image.disk, ",readonly=on"),
    prompt: { name, text: "~ # " },
    sections: [name],
  };
}

function linuxWords(
  { kernel, initrd }: { readonly kernel: string; readonly initrd: string },
  commandLine: string,
  disk: string,
  access: string,
): readonly string[] {
  return [
    ...[...always, "-m", "256M", "-kernel", kernel, "-initrd", initrd, "-append", commandLine],
    ...["-global", "virtio-mmio.force-legacy=false"],
    ...["-drive", `file=${disk},if=none,format=raw,id=d0${access}`],
    ...["-device", "virtio-blk-device,drive=d0,bus=virtio-mmio-bus.0"],
  ];
}
