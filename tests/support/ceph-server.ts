import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, open, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { freePorts } from "../../services/cli/commands/free-ports.ts";

/** A real S3 server: Ceph's, with one monitor, one store in memory and one gateway, on loopback. */
export interface CephServer {
  readonly endpoint: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  stop(): Promise<void>;
}

const run = promisify(execFile);
const credentials = { accessKeyId: "trapline", secretAccessKey: "only-for-tests" };

/**
 * Starts Debian's `ceph-mon`, `ceph-osd` and `radosgw`; takes about ten seconds.
 *
 * @throws Error with the gateway's last lines when it does not answer within a minute
 */
export async function startCephServer(): Promise<CephServer> {
  const folder = await mkdtemp(join(tmpdir(), "ceph-"));
  const children: ChildProcess[] = [];
  const config = join(folder, "ceph.conf");
  const keyring = join(folder, "keyring");
  const stop = async () => {
    for (const child of children.toReversed()) await end(child);
    await rm(folder, { recursive: true, force: true });
  };
  const start = async (command: string, ...words: string[]) => {
    const log = await open(join(folder, `${command}.out`), "w");
    children.push(
      spawn(command, ["-c", config, "-f", ...words], { stdio: ["ignore", log.fd, log.fd] }),
    );
    await log.close();
  };
  try {
    const [monitor = 0, gateway = 0] = await freePorts(2);
    const cluster = randomUUID();
    const store = randomUUID();
    for (const name of ["mon", "osd", "rgw"]) await mkdir(join(folder, name));
    await writeFile(config, configText(folder, cluster, monitor));
    await run("monmaptool", [
      ...["--create", "--addv", "a", `[v2:127.0.0.1:${monitor}]`],
      ...["--fsid", cluster, join(folder, "map")],
    ]);
    const may = ["--cap", "mon", "allow *", "--cap", "osd", "allow *"];
    for (const [index, name] of ["mon.", "client.admin", "osd.0"].entries()) {
      const create = index === 0 ? ["--create-keyring"] : [];
      await run("ceph-authtool", [...create, keyring, "--gen-key", "-n", name, ...may]);
    }
    await run("ceph-mon", [
      ...["-c", config, "--mkfs", "-i", "a"],
      ...["--monmap", join(folder, "map"), "--keyring", keyring],
    ]);
    await start("ceph-mon", "-i", "a");
    await run("ceph", ["-c", config, "osd", "new", store], { timeout: 30_000 });
    await run("ceph-osd", ["-c", config, "-i", "0", "--mkfs", "--osd-uuid", store]);
    await start("ceph-osd", "-i", "0");
    const frontend = `beast endpoint=127.0.0.1:${gateway}`;
    await start("radosgw", "-n", "client.admin", "--keyring", keyring, "--rgw-frontends", frontend);
    await run(
      "radosgw-admin",
      [
        ...["-c", config, "user", "create", "--uid", "trapline", "--display-name", "trapline"],
        ...["--access-key", credentials.accessKeyId],
        ...["--secret-key", credentials.secretAccessKey],
      ],
      { timeout: 60_000 },
    );
    const endpoint = `http://127.0.0.1:${gateway}`;
    await answers(endpoint, join(folder, "radosgw.out"));
    return { endpoint, credentials, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function configText(folder: string, cluster: string, monitor: number): string {
  const entries = {
    fsid: cluster,
    "mon host": `v2:127.0.0.1:${monitor}`,
    "mon initial members": "a",
    "public network": "127.0.0.0/8",
    keyring: join(folder, "keyring"),
    "mon data": join(folder, "mon"),
    "osd data": join(folder, "osd"),
    "rgw data": join(folder, "rgw"),
    "run dir": folder,
    "admin socket": `${folder}/$name.asok`,
    "log file": `${folder}/$name.log`,
    "pid file": `${folder}/$name.pid`,
    "osd objectstore": "memstore",
    "memstore device bytes": 1 << 30,
    // One copy of everything, on one server, whatever Ceph thinks of that.
    "osd pool default size": 1,
    "osd pool default min size": 1,
    "osd pool default pg num": 4,
    "osd pool default pg autoscale mode": "off",
    "osd crush chooseleaf type": 0,
    "mon allow pool size one": true,
    "mon data avail crit": 1,
  };
  const lines = Object.entries(entries).map(([name, value]) => `${name} = ${value}`);
  return `[global]\n${lines.join("\n")}\n`;
}

async function answers(endpoint: string, log: string): Promise<void> {
  for (let tries = 0; tries < 120; tries++) {
    const status = await fetch(endpoint).then(
      (response) => response.status,
      () => 0,
    );
    if (status === 200) return;
    await sleep(500);
  }
  throw new Error(`radosgw does not answer: ${(await readFile(log, "utf8")).slice(-2000)}`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await ended;
}
