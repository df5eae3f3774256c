import type { Redis } from "ioredis";
import { runKeys } from "../../../shared/protocol/run-keys.ts";
import { runRetention } from "../../../shared/protocol/run-retention.ts";
import type { Ownership } from "../../vmm/mod.ts";
import type { Told } from "../run-journal.ts";
import type { WorkerIdentity } from "../worker-identity.ts";

/**
 * KEYS record events; ARGV epoch, owner, worker, runtime, the worker that it came from or '', maxlen,
 * channel. Returns the epoch, the owner in it where there is one, and what was told before.
 */
const script = `
local state, epoch = unpack(redis.call('HMGET', KEYS[1], 'state', 'epoch'))
if state == 'running' and epoch == ARGV[1] then
  epoch = redis.call('HINCRBY', KEYS[1], 'epoch', 1)
  redis.call('HSET', KEYS[1], 'owner', epoch .. ' ' .. ARGV[2], 'worker', ARGV[3],
    'runtime', ARGV[4], 'written', epoch .. ':0')
  if ARGV[5] ~= '' then
    redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[6], '*', 'type', 'migrated', 'data',
      cjson.encode({epoch = epoch, from = ARGV[5], worker = ARGV[3], runtime = ARGV[4]}))
    redis.call('PUBLISH', ARGV[7], 'events')
  end
end
return {tostring(epoch or 0), redis.call('HGET', KEYS[1], 'owner') or '',
  redis.call('HGET', KEYS[1], 'toldConsole') or '0', redis.call('HGET', KEYS[1], 'toldSteps') or '0'}`;

/**
 * Who has a run, as Redis says: the epoch that each write about the run is checked with, and in it the
 * name of whoever took the run. One step of Redis, so two who ask at once get the same answer.
 */
export class RedisAuthority {
  readonly #redis: Redis;
  readonly #identity: WorkerIdentity;

  constructor(redis: Redis, identity: WorkerIdentity) {
    this.#redis = redis;
    this.#identity = identity;
  }

  /** @param from the worker that the run comes from; undefined where it is taken back */
  async compareAndSet(
    run: string,
    epoch: number,
    owner: string,
    from?: string,
  ): Promise<Ownership & { readonly told: Told }> {
    const { record, events, channel } = runKeys(run);
    const { name, runtime } = this.#identity;
    const words = [epoch, owner, name, runtime, from ?? "", runRetention.events, channel];
    const answer = await this.#redis.eval(script, 2, record, events, ...words);
    const [now, holder, console, steps] = answer as [string, string, string, string];
    const isCurrent = holder.startsWith(`${now} `);
    return {
      epoch: Number(now),
      // Who began the run, or has cancelled it, is nobody's name of a migration.
      owner: isCurrent ? holder.slice(now.length + 1) : "",
      told: { console: Number(console), steps: Number(steps) },
    };
  }
}
