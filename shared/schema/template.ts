import { z } from "zod";
import type { ImageSource } from "./image-source.ts";
import type { Step } from "./step.ts";

/**
 * The part of a run that is the same for all submissions: the machine as it is when the step `after`
 * has succeeded. It is booted once, and each run begins as a copy of it. Nothing that decides a grade
 * depends on whether it is used.
 */
export const templateSchema = z.strictObject({
  /** Name of the last step that belongs to it. */
  after: z.string().min(1).max(100),
});

export type Template = z.infer<typeof templateSchema>;

/** What of an assignment its template has a say in. */
interface Templated {
  readonly template?: Template | undefined;
  readonly artefacts: readonly { readonly name: string; readonly optional: boolean }[];
  readonly machine: {
    readonly kernel: ImageSource;
    readonly initrd?: ImageSource | undefined;
    readonly disks: readonly {
      readonly name: string;
      readonly source: ImageSource;
      readonly size?: number | undefined;
    }[];
  };
  readonly steps: readonly Step[];
}

interface Fault {
  readonly path: (string | number)[];
  readonly message: string;
}

/**
 * What is wrong with an assignment's template: it cannot have booted what nobody has handed in yet,
 * and a driver that has started knows how large its disk is.
 */
export function templateFaults({ template, artefacts, machine, steps }: Templated): Fault[] {
  if (template === undefined) return [];
  const faults: Fault[] = [];
  const report = (path: (string | number)[], message: string) => faults.push({ path, message });

  const named = steps.flatMap((step, index) => (step.name === template.after ? [index] : []));
  const [index] = named;
  const after = ["template", "after"];
  if (index === undefined) {
    report(after, `names no step: there is no step called ${JSON.stringify(template.after)}`);
  } else if (named.length > 1) {
    report(after, `is the name of ${named.length} steps: give the one that is meant another name`);
  } else if (steps[index]?.expect === undefined) {
    report(after, "must name a step that waits for output (expect)");
  } else if (index === steps.length - 1) {
    report(after, "names the last step: nothing would be left to run");
  }

  for (const part of ["kernel", "initrd"] as const) {
    const submission = machine[part]?.submission;
    if (submission === undefined) continue;
    const way = "take it from file or image, and what is handed in as a disk";
    report(
      ["machine", part, "submission"],
      `a template has booted before ${submission} is handed in, so it cannot start it: ${way}`,
    );
  }
  for (const [number, disk] of machine.disks.entries()) {
    const { submission } = disk.source;
    if (submission === undefined) continue;
    const path = ["machine", "disks", number];
    if (disk.size === undefined) {
      const why = "with a template a disk that is handed in has the same size for everybody";
      report([...path, "size"], `is missing: ${why}`);
    }
    if (artefacts.find(({ name }) => name === submission)?.optional === true) {
      const why = "with a template all disks are there from the beginning";
      report([...path, "source", "submission"], `${submission} must not be optional: ${why}`);
    }
  }
  return faults;
}

/** Number of steps that belong to the template; undefined without one. */
export function templateSteps({ template, steps }: Pick<Templated, "template" | "steps">) {
  if (template === undefined) return undefined;
  return steps.findIndex(({ name }) => name === template.after) + 1;
}
