import type { Item } from "./program.ts";

/** A bare-metal image that runs programs one after another and prints a line for each. */
export interface TestImage {
  readonly bytes: Uint8Array;
  /** Address of a program's first item. */
  codeAddress(program: number): number;
  /** Address after a program's last item. */
  codeEnd(program: number): number;
}

/** What the comparison needs to know of a program. */
export interface AnyProgram {
  /** Says in a report where the program came from. */
  readonly name: string;
  /** Bytes of padding in front of the code: decides which instructions straddle pages. */
  readonly padding: number;
  readonly items: readonly Item[];
}

/** A kind of programs: how to run them and what the words of their outcome mean. */
export interface Suite<P extends AnyProgram> {
  /** @param dumped index of the program whose words are printed, and which is the last to run */
  build(programs: readonly P[], dumped?: number): TestImage;
  /** What the dumped words are, in order. */
  readonly names: readonly string[];
}

/** All programs of one seed. */
export interface Round<P extends AnyProgram> {
  readonly suite: Suite<P>;
  readonly programs: readonly P[];
}
