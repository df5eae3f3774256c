import { median } from "../samples.ts";
import { openPool, runOnPool } from "./pool-guest.ts";

export interface PoolVms {
  readonly vms: number;
  readonly threads: number;
  /** Million instructions per second of one VM on one thread, and of all together. */
  readonly oneMips: number;
  readonly manyMips: number;
  readonly ratio: number;
  /** The same per second of processor time of the whole process: how much sharing costs. */
  readonly ratioOfProcessor: number;
}

const vms = 64;
const threads = 2;
const rounds = 3;
/** Instructions of each VM after which its code is translated. */
const warmedUp = 50e6;
/** Milliseconds of which the instructions count. */
const measured = 4000;
/** Computing, floating point and traps: no two neighbours run the same. */
const kinds = ["bench-integer", "bench-sort", "bench-float", "bench-syscall"];

interface Speed {
  readonly mips: number;
  readonly processorMips: number;
}

/** Lets so many VMs run for a while, each beginning anew when it has ended. */
async function speed(count: number, of: number, offset = 0): Promise<Speed> {
  const { pool, close } = await openPool(of);
  const abort = new AbortController();
  const done = new Float64Array(count);
  const run = async (index: number) => {
    const kind = kinds[(index + offset) % kinds.length] as string;
    for (;;) {
      const before = done[index] as number;
      await runOnPool(pool, kind, abort.signal, (instructions) => {
        done[index] = before + instructions;
      });
    }
  };
  const runs = Array.from({ length: count }, (_, index) => run(index).catch(() => undefined));
  const total = () => done.reduce((sum, each) => sum + each, 0);
  const wait = (time: number) => new Promise((resolve) => setTimeout(resolve, time));
  while (Math.min(...done) < warmedUp) await wait(50);
  const [before, began, used] = [total(), performance.now(), process.cpuUsage()];
  await wait(measured);
  const instructions = total() - before;
  const { user, system } = process.cpuUsage(used);
  const elapsed = performance.now() - began;
  abort.abort();
  await Promise.all(runs);
  await close();
  return { mips: instructions / 1e3 / elapsed, processorMips: instructions / (user + system) };
}

/** The mean of what each kind runs at alone. */
async function one(): Promise<Speed> {
  const speeds: Speed[] = [];
  for (const index of kinds.keys()) speeds.push(await speed(1, 1, index));
  // In turns for the same time each: what they execute together.
  const mean = (of: (speed: Speed) => number) => speeds.reduce((sum, s) => sum + of(s), 0) / 4;
  return { mips: mean((s) => s.mips), processorMips: mean((s) => s.processorMips) };
}

/** 64 VMs of one worker on two threads, compared with one VM of a worker, in turns. */
export async function poolVms(): Promise<PoolVms> {
  const samples: { one: Speed; many: Speed }[] = [];
  for (let round = 0; round < rounds; round++) {
    samples.push({ one: await one(), many: await speed(vms, threads) });
  }
  const middle = (of: (sample: (typeof samples)[0]) => number) => median(samples.map(of));
  return {
    ...{ vms, threads },
    oneMips: middle((sample) => sample.one.mips),
    manyMips: middle((sample) => sample.many.mips),
    ratio: middle((sample) => sample.many.mips / sample.one.mips),
    ratioOfProcessor: middle((s) => s.many.processorMips / s.one.processorMips),
  };
}
