/** What an inlined instruction of a region finds around it: one object for each instruction. */

import type { FunctionBuilder, Local } from "../base/wasm/function-builder.ts";
import type { I32, I64 } from "../base/wasm/value.ts";
import type { FloatConditions } from "../hart/inline/float-conditions.ts";
import type { KnownPage } from "../hart/inline/inline-state.ts";
import type { AccessKind, KnownPages } from "./known-pages.ts";
import type { RegionState } from "./region-semantics.ts";
import type { RegionInstruction } from "./region-shape.ts";

/** The region that the instruction is part of. */
export interface RegionSurroundings {
  readonly f: FunctionBuilder;
  readonly hart: I32;
  readonly dataTlb: I32;
  readonly generation: I64;
  readonly float: FloatConditions;
  readonly budget: Local<"i32">;
  /** `pc` of the place 0. */
  readonly bias: Local<"i64">;
  readonly known: KnownPages;
  /** Out of the region to `step`, with the instruction at a place, giving steps back. */
  leave(place: number, steps: number): void;
  /** Out of the region to an address in a context that is to be chosen, giving steps back. */
  select(address: I64, steps: number): void;
  /** From a place of a node to another place. */
  goOn(node: number, from: number, to: number): void;
  goToAddress(address: Local<"i64">): void;
}

export class InstructionState implements RegionState {
  readonly #region: RegionSurroundings;
  readonly #node: number;
  readonly #instruction: RegionInstruction;
  /** Instructions of the block behind this one, which are paid for. */
  readonly #rest: number;

  constructor(
    region: RegionSurroundings,
    node: number,
    instruction: RegionInstruction,
    rest: number,
  ) {
    this.#region = region;
    this.#node = node;
    this.#instruction = instruction;
    this.#rest = rest;
  }

  get f(): FunctionBuilder {
    return this.#region.f;
  }
  get hart(): I32 {
    return this.#region.hart;
  }
  get dataTlb(): I32 {
    return this.#region.dataTlb;
  }
  get generation(): I64 {
    return this.#region.generation;
  }
  get float(): FloatConditions {
    return this.#region.float;
  }
  get pc(): I64 {
    return this.#region.bias.add(this.#instruction.offset);
  }
  get next(): I64 {
    const { offset, decoded } = this.#instruction;
    return this.#region.bias.add(offset + decoded.bytes);
  }

  budget(): I32 {
    return this.#region.budget.add(this.#rest);
  }
  knownPage(kind: AccessKind): KnownPage | undefined {
    return this.#region.known.of(kind, this.#instruction.decoded);
  }

  goTo(address: I64): void {
    this.#region.select(address, this.#rest);
  }
  goBehind(next: I64): void {
    this.#region.select(next, this.#rest);
  }
  leave(): void {
    this.#region.leave(this.#instruction.offset, this.#rest + 1);
  }
  leaveUnless(condition: I32): void {
    if (condition.constant === undefined) this.f.ifUnlikely(condition.eqz(), () => this.leave());
    else if (condition.constant === 0n) this.leave();
  }

  branchIf(condition: I32): void {
    this.f.if(condition, () => this.jump());
  }
  jump(): void {
    const { offset, decoded } = this.#instruction;
    this.#region.goOn(this.#node, offset, offset + decoded.operands.imm);
  }
  jumpTo(target: I64): void {
    this.#region.goToAddress(target as Local<"i64">);
  }
}
