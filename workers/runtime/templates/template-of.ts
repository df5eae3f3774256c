import { createHash } from "node:crypto";
import type { GradingJob } from "../../../shared/protocol/grading-job.ts";
import type { Assignment } from "../../../shared/schema/assignment.ts";
import { templateSteps } from "../../../shared/schema/template.ts";
import { encodeValue } from "../../vmm/mod.ts";
import type { TemplateUse } from "../thread/thread-protocol.ts";
import { toConsoleStep } from "../to-console-step.ts";
import { monitorIdentity } from "./monitor-identity.ts";

/**
 * What a run's template is called, and where it ends; undefined for an assignment without one.
 *
 * The key is a hash of all that decides the machine's state at that step: hardware, images, the steps
 * until there, limits that could have ended the run before, and the monitor's own sources. Points,
 * names and later steps may be edited, and what is handed in has no part in it.
 */
export function templateOf(
  assignment: Assignment,
  images: GradingJob["images"],
  identity: string = monitorIdentity(),
): TemplateUse | undefined {
  const pauseBefore = templateSteps(assignment);
  if (pauseBefore === undefined) return undefined;
  const { machine, limits } = assignment;
  const isHandedIn = ({ source }: { source: { submission?: string | undefined } }) =>
    source.submission !== undefined;
  const { kernel: _, initrd: __, disks, ...hardware } = machine;
  const parts = {
    identity,
    hardware,
    kernel: images.kernel,
    initrd: images.initrd,
    disks: disks.map(({ source, ...disk }) => ({
      ...disk,
      image: isHandedIn({ source }) ? null : images.disks[disk.name],
    })),
    steps: assignment.steps.slice(0, pauseBefore).map(toConsoleStep),
    ...(assignment.profile && { profile: assignment.profile.period }),
    limits: { instructions: limits.instructions, memory: limits.memory, output: limits.output },
  };
  const key = createHash("sha256").update(encodeValue(parts)).digest("hex");
  return { key, pauseBefore, handedIn: disks.filter(isHandedIn).map(({ name }) => name) };
}
