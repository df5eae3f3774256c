import type { Redis } from "ioredis";
import { gradingQueue } from "../../shared/protocol/grading-queue.ts";

/**
 * KEYS active stalled-check; ARGV what stands before a job's keys, longest lease, longest interval.
 * Returns how many leases were too long.
 */
const script = `
if redis.call('PTTL', KEYS[2]) > tonumber(ARGV[3]) then redis.call('DEL', KEYS[2]) end
local shortened = 0
for _, id in ipairs(redis.call('LRANGE', KEYS[1], 0, -1)) do
  local lease = ARGV[1] .. id .. ':lock'
  if redis.call('PTTL', lease) > tonumber(ARGV[2]) then
    redis.call('PEXPIRE', lease, ARGV[2])
    shortened = shortened + 1
  end
end
return shortened`;

/**
 * Shortens leases that last longer than any is given. Redis keeps the instant at which a key expires, so
 * where its clock is set back by an hour the lease of a worker that then dies would last for an hour,
 * and nobody would look for lost runs meanwhile.
 *
 * @param lease milliseconds that one lasts; workers may differ by a factor of two
 * @param interval milliseconds between two looks for lost runs
 * @returns how many were too long
 */
export async function shortenLeases(
  redis: Redis,
  lease: number,
  interval: number,
): Promise<number> {
  const base = `${gradingQueue.prefix}:${gradingQueue.name}:`;
  const keys = [`${base}active`, `${base}stalled-check`];
  return Number(await redis.eval(script, 2, ...keys, base, 2 * lease, 2 * interval));
}
