#!/usr/bin/env node
// The command `trapline`. Whatever Node starts this file, the program runs on a modern one. The sources
// of a clone are TypeScript, those of an installed package the JavaScript in dist/, because Node refuses
// to strip types below node_modules; both have a bundle that starts sooner.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { findProgram } from "./find-program.mjs";
import {
  findDeno,
  findModernNode,
  leanVariables,
  leanWords,
  oldestNode,
  pathWith,
} from "./modern-node.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const isInstalled = root.split(sep).includes("node_modules");
const main = findProgram(root, isInstalled);
const node = findModernNode(root);

if (node === undefined || (!isInstalled && !existsSync(join(root, "node_modules")))) {
  const remedy = isInstalled ? `install Node ${oldestNode} or newer` : "run `npm run setup` first";
  console.error(
    `trapline: Node ${oldestNode} or newer and the dependencies are needed: ${remedy}.`,
  );
  process.exit(1);
}
process.env.PATH = pathWith([node, findDeno(root)]);

const words = [...leanWords, main, ...process.argv.slice(2)];
const variables = leanVariables();
const isAlreadyLean = process.env.MALLOC_TRIM_THRESHOLD_ !== undefined;
Object.assign(process.env, variables);
if (node !== process.execPath) runWith(node);
else if (isAlreadyLean || !canReplaceItself()) await import(pathToFileURL(main).href);
else process.execve(node, [node, ...words]);

/** A debugger or profiler is attached to the process that it started. */
function canReplaceItself() {
  return process.execve !== undefined && process.platform !== "win32" && !process.execArgv.length;
}

/** Stands in for the modern Node: same input and output, same signals, same exit status. */
function runWith(node) {
  const child = spawn(node, words, { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR2"]) {
    // A terminal sends Ctrl-C to the child as well, which must not hear it twice.
    const fromTerminal = process.stdin.isTTY && (signal === "SIGINT" || signal === "SIGQUIT");
    process.on(signal, () => fromTerminal || child.kill(signal));
  }
  child.on("error", (error) => {
    console.error(`trapline: ${node} does not start: ${error.message}`);
    process.exit(1);
  });
  child.on("exit", (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}
