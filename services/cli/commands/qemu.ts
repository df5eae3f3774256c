import type { Command } from "../command.ts";
import { optionsHelp } from "../qemu/options-help.ts";
import { parseOptions } from "../qemu/parse-options.ts";
import { toLocalRun } from "../qemu/to-local-run.ts";

/** `trapline qemu …`: one virtual machine in this terminal. */
export const command: Command = {
  help: optionsHelp(),

  async run(words, terminal) {
    const draft = parseOptions(words);
    if (draft.information !== undefined) {
      terminal.out(draft.information);
      return 0;
    }
    const run = toLocalRun(draft);
    // Loaded late: the monitor is large, and a wrong option should be told at once.
    const { runLocal } = await import("../../../workers/runtime/local/run-local.ts");
    return runLocal(run);
  },
};
