/** `npm run telemetry`: writes the tables of docs/telemetry.md and the dashboards from the code. */
import { readFileSync, writeFileSync } from "node:fs";
import { telemetryDocument } from "./document.ts";

const path = new URL("../../docs/telemetry.md", import.meta.url);
writeFileSync(path, telemetryDocument(readFileSync(path, "utf8")));
