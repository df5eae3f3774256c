import type { MachineAddress } from "../base/units.ts";
import type { RegionCode } from "./region-code.ts";
import type { EntryPlace, JoinEffort, Region } from "./region-store.ts";

/** A hot place that is to become a region. */
export interface PlaceRequest {
  readonly hart: MachineAddress;
  readonly base: bigint;
  readonly offset: number;
  readonly page: MachineAddress;
}

/** A region that is to be made anew, for one of its instructions leaves it often. */
export interface AdaptRequest {
  readonly hart: MachineAddress;
  readonly region: Region;
  /** Virtual address of the instruction. */
  readonly pc: bigint;
}

/** Two regions that are to become one. */
export interface JoinRequest {
  readonly hart: MachineAddress;
  readonly regions: readonly [Region, Region];
  /** The second one's entry, at which arrivals were counted. */
  readonly entry: EntryPlace;
  readonly effort: JoinEffort;
}

/** What a region is asked for. */
export type DraftRequest = PlaceRequest | JoinRequest | AdaptRequest;

/** A region to be, as it was found. */
export interface Draft {
  readonly code: RegionCode;
  readonly base: bigint;
  readonly starts: readonly number[];
  readonly joins: number;
  readonly resumed: ReadonlySet<number>;
  /** Regions that it takes the place of. */
  readonly replaces: readonly Region[];
}

/** A draft of which the code is being written, or was. */
export interface AwaitedDraft {
  /** Undefined when what it was found in is gone. */
  readonly draft: Draft | undefined;
  /** Records that are going to be entries, by their addresses. */
  readonly places: ReadonlySet<number>;
}
