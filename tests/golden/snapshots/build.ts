/**
 * Writes the golden snapshot of the present format, `hello-N.snapshot`: once, when there is a new
 * format. Those of older formats stay as they are.
 *
 *     node tests/golden/snapshots/build.ts
 */
import { writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { compiler } from "../../../workers/host/compiler.ts";
import { Monitor, readSnapshot, writeSnapshot } from "../../../workers/vmm/mod.ts";
import { goldenConfig, goldenInput, goldenPlace, goldenResources } from "./golden-run.ts";

const { resources } = goldenResources();
const machine = Monitor.create({ compiler, memoryBytes: 128 * 2 ** 20 }).createMachine(
  goldenConfig(),
  resources,
);
machine.sendConsole(goldenInput);
machine.run(goldenPlace);
const file = writeSnapshot(machine);
const { version } = readSnapshot(file);
writeFileSync(new URL(`hello-${version}.snapshot.gz`, import.meta.url), gzipSync(file, { level: 9 }));
