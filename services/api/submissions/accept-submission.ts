import { randomBytes } from "node:crypto";
import { BlobError } from "../../../shared/blob/blob-error.ts";
import type { BlobStore } from "../../../shared/blob/blob-store.ts";
import type { CheckpointStore } from "../../../shared/blob/checkpoints/checkpoint-store.ts";
import type { GradingJob } from "../../../shared/protocol/grading-job.ts";
import { runRetention } from "../../../shared/protocol/run-retention.ts";
import type { Assignment } from "../../../shared/schema/assignment.ts";
import { formatFault } from "../../../shared/schema/file-format.ts";
import { submissionSpan } from "../../../shared/telemetry/otel/submission-span.ts";
import type { AssignmentCatalogue } from "../assignments/assignment-catalogue.ts";
import { ProblemError } from "../problem-error.ts";
import { giveUp } from "./give-up.ts";
import type { Upload } from "./receive-upload.ts";
import { storeImages, unusable } from "./store-images.ts";
import type { SubmissionQueue } from "./submission-queue.ts";
import type { SubmissionRecord, SubmissionStore } from "./submission-store.ts";

/** What a submission passes through on its way in. */
export interface Intake {
  readonly catalogue: AssignmentCatalogue;
  readonly blobs: BlobStore;
  /** Keeps a submission's blobs from being collected. */
  readonly roots: Pick<CheckpointStore, "protect" | "remove">;
  readonly store: SubmissionStore;
  readonly queue: SubmissionQueue;
}

/**
 * Checks an upload against its assignment, freezes everything that the run will read as blobs, and
 * queues it.
 *
 * @throws ProblemError when the assignment is unknown or unusable, or the artefacts do not fit it
 */
export async function acceptSubmission(
  { catalogue, blobs, roots, store, queue }: Intake,
  upload: Upload,
): Promise<SubmissionRecord> {
  const entry = await catalogue.find(upload.assignment);
  if (entry === undefined) {
    throw new ProblemError(
      404,
      "unknown-assignment",
      "Unknown assignment",
      `There is no assignment ${JSON.stringify(upload.assignment)}. GET /v1/assignments lists them.`,
    );
  }
  if ("fault" in entry) {
    throw unusable(entry.fault);
  }
  const { assignment } = entry;
  const trace = submissionSpan.begin();
  checkArtefacts(assignment, upload);

  const images = await storeImages(catalogue, assignment, upload);
  const json = new TextEncoder().encode(JSON.stringify(assignment));
  const frozen = await blobs.put([json]);
  const record: SubmissionRecord = {
    id: newSubmissionId(),
    assignment: assignment.name,
    title: assignment.title,
    maxScore: assignment.steps.reduce((sum, step) => sum + step.points, 0),
    artefacts: [...upload.artefacts].map(([name, { hash, bytes }]) => ({
      name,
      sha256: hash,
      bytes,
    })),
    createdAt: new Date().toISOString(),
    ...(trace && { trace }),
  };
  const files = record.artefacts.map(({ sha256 }) => sha256);
  await protect(roots, record.id, [...files, frozen.hash, ...hashesOf(images)]);
  // First the record, then the job: a worker must never meet a job that nobody knows.
  await store.create(record);
  try {
    const named = { submission: record.id, assignment: frozen.hash, images };
    await queue.add({ ...named, ...(trace && { trace }) });
  } catch (error) {
    await giveUp(store, record.id, "The submission could not be queued.").catch(() => {
      // The store is gone too; the caller hears of the first error.
    });
    throw error;
  }
  return record;
}

function hashesOf({ kernel, initrd, disks }: GradingJob["images"]): string[] {
  return [kernel, ...(initrd === undefined ? [] : [initrd]), ...Object.values(disks)];
}

async function protect(roots: Intake["roots"], id: string, blobs: string[]): Promise<void> {
  const expires = Date.now() + runRetention.blobsSeconds * 1000;
  try {
    await roots.protect("submission", id, blobs, expires);
  } catch (error) {
    // Old files that nobody wanted any more were being removed just when they came again.
    if (!(error instanceof BlobError && ["collected", "busy"].includes(error.code))) throw error;
    throw new ProblemError(
      503,
      "store-busy",
      "The store is being cleaned up",
      "Hand in again in a minute.",
    );
  }
}

function checkArtefacts(assignment: Assignment, upload: Upload): void {
  const errors: { field: string; detail: string }[] = [];
  for (const artefact of assignment.artefacts) {
    const blob = upload.artefacts.get(artefact.name);
    if (blob === undefined && !artefact.optional) {
      errors.push({ field: artefact.name, detail: "is missing" });
    }
    if (blob !== undefined && blob.bytes > artefact["max-bytes"]) {
      const detail = `has ${blob.bytes} bytes; at most ${artefact["max-bytes"]} are allowed`;
      errors.push({ field: artefact.name, detail });
    }
    if (blob !== undefined && blob.bytes === 0) {
      errors.push({ field: artefact.name, detail: "is empty" });
    }
    const wrongFormat = blob && blob.bytes > 0 && formatFault(artefact.format, blob.start);
    if (wrongFormat) {
      errors.push({ field: artefact.name, detail: wrongFormat });
    }
  }
  for (const name of upload.artefacts.keys()) {
    if (!assignment.artefacts.some((artefact) => artefact.name === name)) {
      errors.push({ field: name, detail: "is not asked for" });
    }
  }
  if (errors.length > 0) {
    const wanted = assignment.artefacts.map((artefact) => artefact.name).join(", ") || "no files";
    const faults = errors.map(({ field, detail }) => `${field} ${detail}`).join("; ");
    const isOnlySize = errors.every(({ detail }) => detail.startsWith("has "));
    throw new ProblemError(
      isOnlySize ? 413 : 422,
      "wrong-artefacts",
      "The files do not fit the assignment",
      `${assignment.name} takes ${wanted}: ${faults}.`,
      errors,
    );
  }
}

function newSubmissionId(): string {
  const alphabet = "abcdefghijklmnopqrstuvwxyz234567";
  const letters = Array.from(randomBytes(16), (byte) => alphabet[byte % 32]);
  return `s-${letters.join("")}`;
}
