import { BaseSequencer, type TestSpecification } from "vitest/node";

/** What takes most time, the longest first: what is begun last should not be waited for alone. */
const longest = [
  ...["guests/debian-root", "runtimes/hash-chain", "differential/machine-mode"],
  ...["guests/linux-translated", "runtimes/snapshots", "integration/checkpoints"],
  ...["differential/privileged-modes", "differential/added-extensions", "integration/s3"],
  ...["integration/service", "integration/linux", "guests/golden", "runtimes/trapline-qemu-guests"],
  ...["migration/linux", "deploy/rehearsal", "integration/clock-jumps"],
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
