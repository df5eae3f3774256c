import type { Load } from "./loaded-linux.ts";
import type { MigrationFigures } from "./our-migration.ts";
import { freePort, pause, QemuLinux } from "./qemu-linux.ts";

/** What is used of QEMU's `MigrationInfo` (qapi/migration.json). */
interface MigrationInfo {
  readonly status?: string;
  readonly "total-time"?: number;
  readonly downtime?: number;
  readonly ram?: { readonly transferred: number; readonly "dirty-sync-count": number };
}

/** As it comes QEMU sends 128 MiB a second at the most: a guest that writes faster never arrives. */
const unlimited = 2 ** 40;
/** Milliseconds after which a guest counts as one that never arrives. */
const patience = 15_000;

/**
 * Live migration of QEMU by pre-copy, from one process to another over loopback.
 *
 * @returns undefined where it has not ended after 15 s
 */
export async function qemuMigration(
  load: Load,
  bandwidth: "as it comes" | "unlimited",
): Promise<MigrationFigures | undefined> {
  const port = await freePort();
  const from = new QemuLinux();
  const to = new QemuLinux({ incoming: port });
  try {
    await from.boot(load);
    await to.execute("query-status");
    const [dots, began] = [from.dots, performance.now()];
    await pause(700);
    const usual = (from.dots - dots) / (performance.now() - began);
    if (bandwidth === "unlimited") {
      await from.execute("migrate-set-parameters", { "max-bandwidth": unlimited });
    }
    const [before, since] = [from.dots, performance.now()];
    const cpu = from.cpu + to.cpu;
    await from.execute("migrate", { uri: `tcp:127.0.0.1:${port}` });
    let info: MigrationInfo;
    do {
      await pause(5);
      info = await from.execute<MigrationInfo>("query-migrate");
      if (performance.now() > since + patience) return undefined;
      if (info.status === "failed") throw new Error("QEMU's migration has failed");
    } while (info.status !== "completed");
    const pace = (from.dots - before) / (performance.now() - since) / usual;
    return {
      total: info["total-time"] ?? 0,
      downtime: info.downtime ?? 0,
      bytes: info.ram?.transferred ?? 0,
      rounds: info.ram?.["dirty-sync-count"] ?? 0,
      cpu: from.cpu + to.cpu - cpu,
      ...(load !== "idle" && { pace }),
    };
  } finally {
    from.end();
    to.end();
  }
}
