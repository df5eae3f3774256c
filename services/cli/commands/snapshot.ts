import { findSnapshots } from "../../../workers/runtime/local/snapshots/snapshot-folder.ts";
import { parseWords } from "../client/parse-words.ts";
import type { Command } from "../command.ts";
import { UsageFailure } from "../usage-failure.ts";

const usage =
  "trapline snapshot inspect FILE-OR-DIR | verify FILE-OR-DIR | diff FILE-OR-DIR FILE-OR-DIR";

/** `trapline snapshot …`: what is in the files that `savevm` and `-checkpoint` write. */
export const command: Command = {
  help: `usage: ${usage}

  inspect  what the machine is made of, where its harts are, what is in its memory and its devices
  verify   read everything, compare it with its checksums and restore it; status 1 when it cannot be
  diff     what is different between two states: registers, devices, pages; status 1 when they differ

Of a folder, inspect and verify take all snapshots and diff the newest.
`,

  async run(words, terminal) {
    const { positionals } = parseWords(words, {}, usage);
    const [verb = "", ...places] = positionals;
    const wanted = verb === "diff" ? 2 : 1;
    if (!["inspect", "verify", "diff"].includes(verb) || places.length !== wanted) {
      throw new UsageFailure("snapshot-words", "a verb and its files are wanted", usage);
    }
    const [first = "", second = ""] = places;
    // Loaded late: the monitor is large, and a wrong word should be told at once.
    switch (verb) {
      case "inspect": {
        const { inspectSnapshot } = await import("../snapshot/inspect-snapshot.ts");
        const texts = findSnapshots(first).map(inspectSnapshot);
        terminal.out(texts.join("\n"));
        return 0;
      }
      case "verify": {
        const { verifyFile } = await import("../snapshot/verify-file.ts");
        const results = findSnapshots(first).map(verifyFile);
        for (const { text } of results) terminal.out(text);
        return results.every(({ isWhole }) => isWhole) ? 0 : 1;
      }
      default: {
        const { diffSnapshots } = await import("../snapshot/diff-snapshots.ts");
        const [a, b] = [findSnapshots(first).at(-1), findSnapshots(second).at(-1)];
        const text = a && b ? diffSnapshots(a, b) : "";
        terminal.out(text === "" ? "the same\n" : text);
        return text === "" ? 0 : 1;
      }
    }
  },
};
