import { Failure } from "../base/failure.ts";

/** What can be wrong with what the other side of a migration sends, by its stable code. */
const problems = {
  "migration-frame-damaged": "A frame of the migration is damaged",
  "migration-frame-missing": "A frame of the migration is missing",
  "migration-message-malformed": "The other side of the migration sends what is no message",
  "migration-message-unexpected": "The other side of the migration sends what is not its turn",
  "migration-version-unknown": "The two workers have no version of the migration in common",
  "migration-page-impossible": "The other side of the migration sends a page that cannot be",
  "migration-page-lost": "A page that the guest needs was on a worker that is gone",
  "migration-channel-lost": "The connection of the migration is gone",
  "migration-stalled": "The other side of the migration has not been heard of for too long",
  "migration-refused": "The other side of the migration does not want to go on",
  "migration-cancelled": "The migration was called off",
  "migration-packing-failed": "The pages of the migration could not be packed",
  "migration-outrun": "Another worker has taken the run over",
} as const;

export type MigrationProblemCode = keyof typeof problems;

/** Why a migration does not come to its end; what becomes of the run says the state of its side. */
export class MigrationProblem extends Failure {
  declare readonly code: MigrationProblemCode;

  /** @param detail a clause that says what exactly, and where */
  constructor(code: MigrationProblemCode, detail: string) {
    super(
      code,
      `${problems[code]}: ${detail}.`,
      "The run goes on where it is; migrate it again, to another worker if this happens twice.",
    );
  }
}
