import type { MachineConfig } from "../../vmm/mod.ts";
import type { EarlyImages } from "./early-images.ts";
import type { LocalRun } from "./local-run.ts";
import { readImage } from "./read-image.ts";

const nothing = new Uint8Array(4);

/**
 * The machine that a local run wants, with its images read.
 *
 * @param early those that are here already
 * @throws Failure `image-unreadable`
 */
export function machineConfig(
  run: LocalRun & { readonly seed: number },
  early: EarlyImages,
): MachineConfig {
  const image = (role: string, path: string) => early.take(path) ?? readImage(role, path);
  const { firmware, kernel, initrd, commandLine, deviceTree, deviceTreeDump, loads } = run;
  // A machine whose device tree is all that is wanted has to start something too, and one whose
  // code the loader brings starts where a kernel would.
  const isPlaceholder = deviceTreeDump !== undefined || loads.length > 0;
  return {
    ramBytes: run.ramBytes,
    harts: run.harts,
    time: run.time,
    engine: run.engine,
    seed: run.seed,
    virtio: run.virtio,
    boot: {
      firmware: typeof firmware === "string" ? firmware : readImage("firmware", firmware.file),
      ...(kernel === undefined ? {} : { kernel: image("kernel", kernel) }),
      ...(kernel === undefined && isPlaceholder && typeof firmware === "string"
        ? { kernel: nothing }
        : {}),
      ...(initrd === undefined ? {} : { initrd: image("initrd", initrd) }),
      ...(commandLine === undefined ? {} : { commandLine }),
      ...(deviceTree === undefined ? {} : { deviceTree: readImage("device tree", deviceTree) }),
    },
  };
}
