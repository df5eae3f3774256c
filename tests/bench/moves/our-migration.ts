import { median } from "../samples.ts";
import type { Load } from "./loaded-linux.ts";
import type { Arrived, Departed } from "./mover.ts";
import { MoverProcess } from "./mover-process.ts";

/** Milliseconds; of a guest that works its pace while pages are sent, as a part of its usual one. */
export interface MigrationFigures {
  readonly total: number;
  readonly downtime: number;
  readonly bytes: number;
  readonly rounds: number;
  readonly pace?: number;
  /** Processor time of both sides. */
  readonly cpu?: number;
}

/** Pages that are dirty behind the last round, as `Departed`, for whoever wants to know why. */
export interface OurMigration extends MigrationFigures {
  readonly dirty: readonly number[];
  readonly stoppedPages: number;
}

/**
 * A Linux moves between two processes of this runtime, there and back again, some times.
 *
 * @param downtime milliseconds that the last pages may take
 */
export async function ourMigrations(
  load: Load,
  moves: number,
  downtime: number,
): Promise<OurMigration[]> {
  const movers = [new MoverProcess(), new MoverProcess()] as const;
  try {
    await movers[0].ask({ do: "boot", load });
    const figures: OurMigration[] = [];
    for (let move = 0; move < moves; move++) {
      const [from, to] = move % 2 === 0 ? movers : ([movers[1], movers[0]] as const);
      const usual = await from.ask<{ dotsPerSecond: number }>({ do: "pace", milliseconds: 700 });
      const where = await to.ask<{ port: number; certificate: string }>({ do: "listen" });
      from.tell({ do: "send", downtime, ...where });
      const [left, came] = await Promise.all([from.answer<Departed>(), to.answer<Arrived>()]);
      const sending = (left.stopped - left.began) / 1000;
      figures.push({
        total: came.ran - left.began,
        downtime: came.ran - left.stopped,
        bytes: left.bytes,
        rounds: left.rounds.length + 1,
        cpu: left.cpu + came.cpu,
        dirty: left.rounds,
        stoppedPages: left.stoppedPages,
        ...(load !== "idle" && { pace: left.dots / sending / usual.dotsPerSecond }),
      });
    }
    return figures;
  } finally {
    for (const mover of movers) mover.end();
  }
}

/** The middle of each figure. */
export function middleOf<T extends MigrationFigures>(all: readonly T[]): MigrationFigures {
  const of = (pick: (one: T) => number | undefined) => median(all.map((one) => pick(one) ?? 0));
  const [first] = all;
  return {
    total: of(({ total }) => total),
    downtime: of(({ downtime }) => downtime),
    bytes: of(({ bytes }) => bytes),
    rounds: of(({ rounds }) => rounds),
    ...(first?.pace !== undefined && { pace: of(({ pace }) => pace) }),
    ...(first?.cpu !== undefined && { cpu: of(({ cpu }) => cpu) }),
  };
}
