/** Builds the web console where that is needed; `scripts/setup.mjs` runs it. */
import { ensureConsole } from "./ensure-console.ts";

if (await ensureConsole()) console.log("setup: built the web console");
