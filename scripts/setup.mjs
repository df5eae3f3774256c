// Makes this clone ready for one purpose: `node scripts/setup.mjs [--for check|test|demo|bench|image]`.
// Plain JavaScript without dependencies, because it runs on the system's Node (20 or newer) before
// anything is installed. It looks first and acts only where something is missing, so a second run
// takes a moment. No dependency's install script is run: Node and Deno come as binary packages.
import { execFileSync, spawnSync } from "node:child_process";
import {
  accessSync,
  constants,
  existsSync,
  lstatSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { delimiter, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { findDeno, findModernNode, findNode, oldestNode } from "../services/cli/modern-node.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const oldestDeno = [2, 9];

/** A system program: any of `commands` will do; `debian` are the packages that bring one. */
const programs = {
  redis: { commands: ["redis-server", "valkey-server"], debian: "redis-server", use: "job queue" },
  qemu: { commands: ["qemu-system-riscv64"], debian: "qemu-system-misc", use: "comparison" },
  gdb: { commands: ["gdb-multiarch"], debian: "gdb-multiarch", use: "debugger to test with" },
  chromium: { commands: ["chromium"], debian: "chromium", use: "browser to test with" },
  prometheus: { commands: ["promtool"], debian: "prometheus", use: "metrics to test with" },
  passt: { commands: ["passt"], debian: "passt", use: "network of guests to test with" },
  mke2fs: { commands: ["mke2fs"], debian: "e2fsprogs", use: "disks for guests" },
  gcc: { commands: ["gcc"], debian: "gcc libc6-dev", use: "floating-point oracle" },
  ceph: {
    commands: ["radosgw"],
    debian: "radosgw ceph-mon ceph-osd",
    use: "S3 server to test with",
  },
};

/** What each purpose needs besides the npm packages. */
const purposes = {
  check: [],
  setup: ["redis"],
  demo: ["redis"],
  image: ["mke2fs"],
  bench: ["qemu"],
  test: ["redis", "qemu", "gdb", "prometheus", "passt", "mke2fs", "gcc", "ceph", "chromium"],
};

/** Purposes for which the API serves pages. */
const servesConsole = ["setup", "demo", "test"];

function say(sentence) {
  console.log(`setup: ${sentence}`);
}

/** Ends with one sentence that says what a person has to do. */
function fail(sentence) {
  console.error(`setup: ${sentence}`);
  process.exit(1);
}

function isOnPath(command) {
  // An ordinary user's PATH lacks the sbin folders, where Debian keeps mke2fs.
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin"];
  return folders.some((folder) => isExecutable(join(folder, command)));
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** What each package of a lock file stands at, by its folder. */
function lockedPackages(path) {
  const { packages } = JSON.parse(readFileSync(path, "utf8"));
  return new Map(Object.entries(packages).filter(([folder]) => folder !== ""));
}

/** True when node_modules holds what package-lock.json asks for, as npm itself noted it down. */
function hasPackages() {
  const note = join(root, "node_modules", ".package-lock.json");
  if (!existsSync(note)) return false;
  const installed = lockedPackages(note);
  return [...lockedPackages(join(root, "package-lock.json"))].every(
    ([folder, { version, optional }]) =>
      // An optional package is another system's binary, or one of ours that is looked for later.
      optional === true || installed.get(folder)?.version === version,
  );
}

function installPackages() {
  say("installing the npm packages");
  // Not `npm ci`: it refuses a lock file that lacks another system's optional binaries. Without
  // saving, `install` keeps to the locked versions and leaves the lock file alone. Engine warnings
  // (hidden by the log level) are about the system's Node, which will not run these packages.
  const options = "--no-save --ignore-scripts --include=dev --no-audit --no-fund --loglevel=error";
  const { status } = spawnSync("npm", ["install", ...options.split(" ")], {
    cwd: root,
    stdio: "inherit",
  });
  if (status !== 0) fail("npm install failed; its message stands above this line.");
}

/** Links `executable` into node_modules/.bin, where npm scripts find it before the system's own. */
function linkIntoBin(name, executable) {
  const link = join(root, "node_modules", ".bin", name);
  const target = relative(dirname(link), executable);
  const present = lstatSync(link, { throwIfNoEntry: false });
  if (present?.isSymbolicLink() && readlinkSync(link) === target) return;
  rmSync(link, { force: true });
  symlinkSync(target, link);
}

function versionOf(executable) {
  try {
    const output = execFileSync(executable, ["--version"], { encoding: "utf8" });
    return output
      .match(/\d+(\.\d+)*/)?.[0]
      .split(".")
      .map(Number);
  } catch {
    return undefined;
  }
}

function isAtLeast(version, oldest) {
  const difference = oldest.map((part, index) => (version[index] ?? 0) - part);
  return (difference.find((part) => part !== 0) ?? 0) >= 0;
}

/** Makes `name` a command of the npm scripts and checks that it runs and is new enough. */
function provideRuntime(name, executable, oldest) {
  const wanted = `${name} ${oldest.join(".")} or newer`;
  if (executable === undefined) {
    fail(
      `npm has no ${name} binary for ${process.platform} on ${process.arch}; install ${wanted}.`,
    );
  }
  const version = versionOf(executable);
  if (version === undefined) fail(`the ${name} that npm brought does not run; install ${wanted}.`);
  if (!isAtLeast(version, oldest)) fail(`${name} is ${version.join(".")}; install ${wanted}.`);
  linkIntoBin(name, executable);
}

function isMissing(program) {
  if (program === programs.redis && process.env.REDIS_URL) return false;
  return !program.commands.some((command) => isOnPath(command));
}

function installPrograms(missing) {
  const packages = missing.flatMap(({ debian }) => debian.split(" "));
  const list = missing.map(({ debian, use }) => `${debian} (${use})`).join(", ");
  const hint = missing.includes(programs.redis) ? ", or set REDIS_URL to a running Redis" : "";
  const remedy = `install ${list} with the system's package manager${hint}.`;
  if (!isOnPath("apt-get")) fail(`there is no apt-get here; ${remedy}`);
  const isRoot = process.getuid?.() === 0;
  if (!isRoot && spawnSync("sudo", ["-n", "true"], { stdio: "ignore" }).status !== 0) {
    fail(`apt-get needs root here; ${remedy}`);
  }
  say(`installing ${list} with apt-get`);
  const apt = (...words) => {
    const line = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-y", ...words];
    if (!isRoot) line.unshift("sudo", "-n");
    // apt-get's own messages are kept back: they are long, and the sentence below says enough.
    return spawnSync(line[0], line.slice(1), { stdio: "ignore" }).status === 0;
  };
  // A machine that has just started may be upgrading itself: wait for it.
  const wait = ["-o", "DPkg::Lock::Timeout=120"];
  const install = () => apt("install", "--no-install-recommends", ...wait, ...packages);
  // A fresh machine has no package lists yet, an old one has stale ones: fetch them only then.
  if (!install() && !(apt("update") && install())) fail(`apt-get failed; ${remedy}`);
}

/** Runs a script of ours that builds `what`, on the Node that npm brought. */
function build(what, script) {
  const node = join(root, "node_modules", ".bin", "node");
  const { status } = spawnSync(node, [join(root, "scripts", script)], { stdio: "inherit" });
  if (status !== 0) fail(`${what} cannot be built; the message stands above this line.`);
}

const [flag, purpose = "setup"] = process.argv.slice(2);
const needed = purposes[purpose];
if ((flag !== undefined && flag !== "--for") || needed === undefined) {
  fail(`usage: node scripts/setup.mjs [--for ${Object.keys(purposes).join("|")}]`);
}
if (!hasPackages()) installPackages();
provideRuntime("node", findNode(root) ?? findModernNode(root), [oldestNode]);
provideRuntime("deno", findDeno(root), oldestDeno);
// `npx trapline` then starts the launcher at once instead of looking for a package.
linkIntoBin("trapline", join(root, "services", "cli", "trapline.mjs"));
const missing = needed.map((name) => programs[name]).filter(isMissing);
if (missing.length > 0) installPrograms(missing);
if (servesConsole.includes(purpose)) build("the web console", "build-console.ts");
if (purpose !== "check") build("the bundled program", "build-program.ts");
if (purpose === "setup") say("ready: `npm run demo`, `npm test`, `npx trapline --help`");
