import { createHash, randomBytes } from "node:crypto";
import { runKeys } from "./run-keys.ts";

/**
 * What lets a worker move a run to another one while it runs: made by the control plane, good once, for
 * half a minute, for this run in this epoch, from this worker to that one. Redis knows a hash of it.
 */
export interface TicketPlace {
  readonly run: string;
  readonly from: string;
  readonly to: string;
}

/** Of Redis' clients what is needed here. */
interface Scripts {
  eval(script: string, keys: number, ...words: (string | number)[]): Promise<unknown>;
}

const milliseconds = 30_000;

/** KEYS record ticket; ARGV hash, from, to, milliseconds. Returns 0 where `from` does not run it. */
const issueScript = `
if redis.call('HGET', KEYS[1], 'state') ~= 'running' then return 0 end
if redis.call('HGET', KEYS[1], 'worker') ~= ARGV[2] then return 0 end
redis.call('DEL', KEYS[2])
redis.call('HSET', KEYS[2], 'hash', ARGV[1], 'from', ARGV[2], 'to', ARGV[3],
  'epoch', redis.call('HGET', KEYS[1], 'epoch'))
redis.call('PEXPIRE', KEYS[2], ARGV[4])
return 1`;

/** KEYS record ticket; ARGV hash, from, to, epoch. Returns 1 once. */
const useScript = `
local ticket = redis.call('HMGET', KEYS[2], 'hash', 'from', 'to', 'epoch')
for i = 1, 4 do if ticket[i] ~= ARGV[i] then return 0 end end
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[4] then return 0 end
if redis.call('HGET', KEYS[1], 'state') ~= 'running' then return 0 end
redis.call('DEL', KEYS[2])
return 1`;

/** @returns the ticket; undefined where the run is not that worker's. One before it is good no more. */
export async function issueTicket(redis: Scripts, place: TicketPlace): Promise<string | undefined> {
  const { record, ticket } = runKeys(place.run);
  const secret = randomBytes(32).toString("base64url");
  const words = [hashOf(secret), place.from, place.to, milliseconds];
  return (await redis.eval(issueScript, 2, record, ticket, ...words)) === 1 ? secret : undefined;
}

/** @returns whether it is good; then it is no more */
export async function useTicket(
  redis: Scripts,
  { run, from, to, epoch, secret }: TicketPlace & { epoch: number; secret: string },
): Promise<boolean> {
  const { record, ticket } = runKeys(run);
  const words = [hashOf(secret), from, to, epoch];
  return (await redis.eval(useScript, 2, record, ticket, ...words)) === 1;
}

function hashOf(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}
