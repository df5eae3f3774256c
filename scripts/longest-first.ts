import { BaseSequencer, type TestSpecification } from "vitest/node";

/** What takes most time, the longest first: what is begun last should not be waited for alone. */
const longest = [
  ...["integration/checkpoints", "guests/debian-root", "runtimes/hash-chain"],
  ...["integration/live-migration", "integration/web-console", "deploy/rolling-restart"],
  ...["integration/linux", "runtimes/snapshots", "guests/linux-translated", "migration/linux"],
  ...["differential/machine-mode", "runtimes/trapline-qemu", "guests/golden"],
  ...["differential/privileged-modes", "differential/added-extensions", "deploy/rehearsal"],
  ...["integration/redis-restarts", "integration/service", "integration/s3"],
  ...["integration/trace-of-a-lost-worker", "integration/prometheus", "integration/clock-jumps"],
  ...["runtimes/trapline-qemu-guests", "integration/chaos", "integration/pages-that-do-not-come"],
];

function rank({ moduleId }: TestSpecification): number {
  const place = longest.findIndex((name) => moduleId.endsWith(`tests/${name}.test.ts`));
  return place < 0 ? longest.length : place;
}

/** The order in which test files are begun; the others in vitest's own. */
export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const usual = await super.sort(files);
    return usual.toSorted((one, other) => rank(one) - rank(other));
  }
}
