import type { OverlayBlock } from "../../host/block-overlay.ts";
import type { BlockBackend } from "../../vmm/mod.ts";

/** A disk whose written pages can be saved. */
export type SavedDisk = Pick<
  OverlayBlock,
  keyof BlockBackend | "isWritten" | "written" | "openLog" | "replaceWritten"
>;
