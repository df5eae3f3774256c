import type { Load } from "./loaded-linux.ts";
import { type MigrationFigures, middleOf, ourMigrations } from "./our-migration.ts";
import { qemuMigration } from "./qemu-migration.ts";

/** By load. */
export type Migrations = Readonly<Record<"idle" | "write", MigrationsOfLoad>>;

export interface MigrationsOfLoad {
  /** The first of two processes, and the middle of the ones after it. */
  readonly first: MigrationFigures;
  readonly usual: MigrationFigures;
  /** Missing where QEMU does not come to an end. */
  readonly qemu?: MigrationFigures | undefined;
  readonly qemuUnlimited?: MigrationFigures | undefined;
}

const moves = 6;
/** What the last pages may take, so that all of it takes what it may. */
const lastPages = { idle: 2, write: 8 } as const;

/** Live migration between two processes over TLS on loopback, and QEMU's over TCP, in turns. */
export async function migrations(): Promise<Migrations> {
  return { idle: await migrationsOf("idle"), write: await migrationsOf("write") };
}

async function migrationsOf(load: Load & keyof typeof lastPages): Promise<MigrationsOfLoad> {
  const [first, ...others] = await ourMigrations(load, moves, lastPages[load]);
  if (!first) throw new Error("nothing has moved");
  const qemu = await qemuMigration(load, "as it comes");
  const qemuUnlimited = await qemuMigration(load, "unlimited");
  return { first, usual: middleOf(others), qemu, qemuUnlimited };
}
