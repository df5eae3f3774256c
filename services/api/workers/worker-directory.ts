import { randomUUID } from "node:crypto";
import type { Redis } from "ioredis";
import { issueTicket } from "../../../shared/protocol/migration-ticket.ts";
import { runKeys } from "../../../shared/protocol/run-keys.ts";
import type { MoveOrder, WorkerCommand } from "../../../shared/protocol/worker-command.ts";
import { workerKeys, workerStatusMilliseconds } from "../../../shared/protocol/worker-keys.ts";
import {
  type MoveReport,
  type MoveWay,
  moveReportSchema,
} from "../../../shared/schema/move-report.ts";
import { type WorkerStatus, workerStatusSchema } from "../../../shared/schema/worker-status.ts";
import { type PlannedMove, planDrain } from "../../control/plan-moves.ts";

/** The workers that there are, as they say themselves, and what is asked of them. */
export class WorkerDirectory {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /** By name. */
  async list(): Promise<WorkerStatus[]> {
    const names = (await this.#redis.smembers(workerKeys.names)).sort();
    if (names.length === 0) return [];
    const texts = await this.#redis.mget(names.map(workerKeys.status));
    const gone = names.filter((_, index) => texts[index] === null);
    if (gone.length > 0) await this.#redis.srem(workerKeys.names, ...gone);
    return texts.flatMap((text) => {
      const status = workerStatusSchema.safeParse(JSON.parse(text ?? "null"));
      return status.success ? [status.data] : [];
    });
  }

  /** Orders a move, with the ticket that a live one needs. The worker sees it within a second. */
  async move(from: string, plan: PlannedMove, way: MoveWay): Promise<MoveOrder> {
    const order = await this.#order(from, plan, way);
    await this.#command(from, { type: "move", move: order });
    return order;
  }

  /** Has a worker give its runs to others, and end. */
  async drain(all: readonly WorkerStatus[], name: string): Promise<MoveOrder[]> {
    const plan = planDrain(all, name);
    const moves = await Promise.all(plan.map((move) => this.#order(name, move, "precopy")));
    await this.#command(name, { type: "drain", moves });
    return moves;
  }

  /** A worker that wants to end and asks for places for its runs; each is told once. */
  async nextDrain(): Promise<string | undefined> {
    return (await this.#redis.lpop(workerKeys.drains)) ?? undefined;
  }

  /** How the last move of a run went; undefined while nobody knows. */
  async lastMove(run: string): Promise<MoveReport | undefined> {
    const text = await this.#redis.get(runKeys(run).move);
    const report = moveReportSchema.safeParse(JSON.parse(text ?? "null"));
    return report.success ? report.data : undefined;
  }

  async #order(from: string, { run, to }: PlannedMove, way: MoveWay): Promise<MoveOrder> {
    const isLive = way !== "checkpoint";
    const ticket = isLive ? await issueTicket(this.#redis, { run, from, to }) : undefined;
    return { run, to, way, id: randomUUID(), ...(ticket !== undefined && { ticket }) };
  }

  /** Leaves a command for a worker, which it takes within a second if it lives. */
  async #command(worker: string, command: WorkerCommand): Promise<void> {
    const key = workerKeys.commands(worker);
    await this.#redis
      .multi()
      .rpush(key, JSON.stringify(command))
      .pexpire(key, workerStatusMilliseconds)
      .exec();
  }
}
