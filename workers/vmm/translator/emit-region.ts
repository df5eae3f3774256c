/**
 * Writes a region's function: (hart, address of the entry) → one of `regionResults`.
 *
 * The guest's registers are locals. Nothing in the body calls: what cannot be done in line leaves by
 * one exit, which stores registers, `pc` and budget as if the instruction had not begun. Each block
 * pays for its instructions at its start, so that every exit knows what is to be given back.
 */
import type { FunctionBuilder, Label, Local } from "../base/wasm/function-builder.ts";
import type { Callee, ModuleBuilder } from "../base/wasm/module-builder.ts";
import { type I64, i32 } from "../base/wasm/value.ts";
import { type FloatConditions, floatConditions } from "../hart/inline/float-conditions.ts";
import { entryOf, regionEntry, regionResults, smallestRegionBudget } from "../hart/region-entry.ts";
import { HartFields } from "../isa/hart-layout.ts";
import { pageBytes, regionLinkBytes, regionLinksBase } from "../memory/layout.ts";
import { addend, entryAddress, hits } from "../mmu/tlb.ts";
import { blockGraph } from "./block-graph.ts";
import { budgetChecks } from "./budget-checks.ts";
import { analyseFlow, type FlowGraph } from "./flow-graph.ts";
import { InstructionState, type RegionSurroundings } from "./instruction-state.ts";
import { KnownPages } from "./known-pages.ts";
import { RegionFlow } from "./region-flow.ts";
import { RegionOperands } from "./region-operands.ts";
import { RegionRegisters, registerUse } from "./region-registers.ts";
import { RegionSemantics } from "./region-semantics.ts";
import {
  type Block,
  distancesOf,
  type RegionInstruction,
  type RegionShape,
} from "./region-shape.ts";
import { rowFacts } from "./row-facts.ts";

/** What an exit tells about itself in one number: place, steps to give back, result. */
const exitPlaceShift = 9;
const exitStepsShift = 2;
const exitStepsMask = 127;
const exitResultMask = 3;

export interface RegionFunction {
  readonly code: Callee<readonly ["i32", "i32"], "i32">;
  /** Places that can be entered, in the order of the function's `entry`. */
  readonly entries: readonly number[];
  /** Distances of its pages from the first, in the order of the region's links. */
  readonly pages: readonly number[];
}

/** @param entryOperation the operation of records that are entries */
export function emitRegion(
  module: ModuleBuilder,
  region: RegionShape,
  entryOperation: number,
): RegionFunction {
  const pages = distancesOf(region);
  const { blocks, nodes, successors } = blockGraph(region.blocks);
  const { entries } = region;
  const entryNodes = entries.map((place) => nodes.get(place) as number);
  const graph = analyseFlow([entryNodes, ...successors.slice(1)]);
  const checks = checksOf(blocks, graph, entryNodes);
  const shape = { checks, blocks, nodes, graph, entryNodes, pages, entryOperation };
  const code = module.function(["i32", "i32"], "i32", (f, hart, entry) =>
    new RegionEmitter(f, { hart, entry }, shape).emit(),
  );
  return { code, entries, pages };
}

function usesFloat(blocks: readonly Block[]): boolean {
  return blocks.some(({ instructions }) =>
    instructions.some(({ decoded }) => rowFacts(decoded.row).usesFloat),
  );
}

/** Every loop looks at the budget, and every place that execution is sent to. */
function checksOf(
  blocks: readonly Block[],
  graph: FlowGraph,
  entries: readonly number[],
): ReadonlyMap<number, number> {
  const { successors, routers } = graph;
  const lengths = successors.map((_, node) => blocks[node - 1]?.instructions.length ?? 0);
  const routed = [...routers.values()].flatMap(({ head, others }) => [head, ...others]);
  const loops = blocks.map((_, i) => i + 1).filter(graph.isLoop);
  const starts = new Set([...entries, ...routed, ...loops]);
  return budgetChecks({ lengths, successors }, starts, smallestRegionBudget);
}

const noFloat: FloatConditions = {
  ...{ readable: i32.const(0), on: i32.const(0), nearest: i32.const(0), fast: i32.const(0) },
  refresh: () => undefined,
};

interface Shape {
  /** The nodes that look at the budget, and what it has to be there. */
  readonly checks: ReadonlyMap<number, number>;
  readonly blocks: readonly Block[];
  readonly nodes: ReadonlyMap<number, number>;
  readonly graph: FlowGraph;
  readonly entryNodes: readonly number[];
  readonly pages: readonly number[];
  /** The operation of records that are entries. */
  readonly entryOperation: number;
}

class RegionEmitter implements RegionSurroundings {
  readonly f: FunctionBuilder;
  readonly hart: Local<"i32">;
  /** The region's own, which tells its entries and links from others. */
  readonly #number: Local<"i32">;
  /** Which entry execution is to go on at, from 1 on; see `RegionFlow`. */
  readonly #wanted: Local<"i32">;
  readonly #flow: RegionFlow;
  readonly #shape: Shape;
  readonly #registers: RegionRegisters;
  readonly #exitInfo: Local<"i64">;
  readonly #pc: Local<"i64">;
  readonly budget: Local<"i32">;
  readonly bias: Local<"i64">;
  readonly dataTlb: Local<"i32">;
  readonly #fetchTlb: Local<"i32">;
  readonly generation: Local<"i64">;
  readonly float: FloatConditions;
  readonly known: KnownPages;
  #dispatch: Label | undefined;
  #exit: Label | undefined;
  #exitTo: Label | undefined;

  constructor(
    f: FunctionBuilder,
    parameters: { hart: Local<"i32">; entry: Local<"i32"> },
    shape: Shape,
  ) {
    const { hart, entry } = parameters;
    this.f = f;
    this.hart = hart;
    this.#shape = shape;
    this.#registers = new RegionRegisters(f, hart);
    const h = new HartFields(f, hart);
    this.#number = f.let(regionEntry.region(entry));
    this.#wanted = f.let(regionEntry.state(entry).add(1));
    this.#flow = new RegionFlow(f, {
      ...{ graph: shape.graph, entryNodes: shape.entryNodes, wanted: this.#wanted },
      writeNode: (node) => this.#block(node),
    });
    this.#exitInfo = f.local("i64");
    this.#pc = f.let(h.get("pc"));
    this.budget = f.let(h.get("budget"));
    this.bias = f.let(this.#pc.sub(regionEntry.place(entry).extendS()));
    this.dataTlb = f.let(h.get("dataTlb"));
    this.#fetchTlb = f.let(h.get("fetchTlb"));
    this.generation = f.let(h.get("dataGeneration"));
    this.float = usesFloat(shape.blocks) ? floatConditions(f, h) : noFloat;
    this.known = new KnownPages(f, shape.blocks);
  }

  emit(): void {
    const f = this.f;
    const { blocks } = this.#shape;
    const h = new HartFields(f, this.hart);
    const use = registerUse(blocks.flatMap((b) => b.instructions.map((i) => i.decoded)));
    this.#registers.load(use);
    f.block((exitTo) => {
      this.#exitTo = exitTo;
      f.block((exit) => {
        this.#exit = exit;
        f.loop((dispatch) => {
          this.#dispatch = dispatch;
          this.#flow.write();
        });
      });
      const info = this.#exitInfo;
      this.#pc.set(this.bias.add(info.shrS(exitPlaceShift).shl(1)));
      this.budget.set(this.budget.add(info.wrap().shrU(exitStepsShift).and(exitStepsMask)));
    });
    this.#registers.store(use);
    h.set("pc", this.#pc);
    h.set("budget", this.budget);
    f.return(this.#exitInfo.wrap().and(exitResultMask));
  }

  #block(node: number): void {
    const f = this.f;
    const { checks, blocks } = this.#shape;
    const block = blocks[node - 1] as Block;
    const { instructions } = block;
    const need = checks.get(node);
    if (need !== undefined) {
      f.ifUnlikely(this.budget.ltS(need), () => this.#leave(block.offset, 0, "goOn"));
    }
    this.budget.set(this.budget.sub(instructions.length));
    instructions.forEach((instruction, i) => {
      const { decoded, effect } = instruction;
      const state = new InstructionState(this, node, instruction, instructions.length - 1 - i);
      if (effect === "leave") {
        state.leave();
        return;
      }
      const operands = new RegionOperands(f, this.#registers, decoded);
      f.scope(() => decoded.row.execute(new RegionSemantics(state, operands)));
    });
    const { effect, offset } = instructions.at(-1) as RegionInstruction;
    if (["plain", "branch", "pause"].includes(effect)) this.goOn(node, offset, block.end);
  }

  leave(place: number, steps: number): void {
    this.#leave(place, steps, "step");
  }

  select(address: I64, steps: number): void {
    this.#pc.set(address);
    this.budget.set(this.budget.add(steps));
    this.#exitInfo.set(regionResults.select);
    this.f.branch(this.#exitTo as Label);
  }

  goOn(node: number, from: number, to: number): void {
    const { nodes } = this.#shape;
    const target = nodes.get(to);
    if (target === undefined) {
      this.#leave(to, 0, "goOn");
      return;
    }
    const [page, nextPage] = [from, to].map((place) => Math.floor(place / pageBytes));
    if (page !== nextPage) this.#leaveUnlessMapped(nextPage as number, to);
    this.#flow.jump(node, target);
  }

  /** The region goes on in another page only if that one is where it was translated. */
  #leaveUnlessMapped(distance: number, place: number): void {
    const f = this.f;
    const generation = new HartFields(f, this.hart).get("fetchGeneration");
    const leave = () => this.#leave(place, 0, "goOn");
    f.scope(() => {
      const address = f.let(this.bias.add(distance * pageBytes));
      const slot = f.let(entryAddress(this.#fetchTlb, address));
      // Tags of fetch entries are of whole pages, wherever in its page the region was entered.
      f.ifUnlikely(hits(slot, address.and(-pageBytes), 1, generation).eqz(), leave);
      const index = this.#shape.pages.indexOf(distance);
      const link = i32.load(this.#number.mul(regionLinkBytes), regionLinksBase + 4 * index);
      f.ifUnlikely(addend(slot).ne(link), leave);
    });
  }

  /** To an entry of this region where one stands at the address, else out. */
  goToAddress(address: Local<"i64">): void {
    const f = this.f;
    const generation = new HartFields(f, this.hart).get("fetchGeneration");
    this.#pc.set(address);
    this.#exitInfo.set(regionResults.goOn);
    const slot = f.let(entryAddress(this.#fetchTlb, address));
    const exit = this.#exitTo as Label;
    f.branchIf(hits(slot, address.and(-pageBytes), 1, generation).eqz(), exit);
    const page = f.let(addend(slot));
    const record = f.let(
      page.add(
        address
          .wrap()
          .and(pageBytes - 2)
          .shl(2),
      ),
    );
    f.branchIf(i32.load16U(record).ne(this.#shape.entryOperation), exit);
    const entry = f.let(entryOf(page, record));
    f.branchIf(regionEntry.region(entry).ne(this.#number), exit);
    // The same page may be mapped elsewhere, too, or stand at another distance from the others now.
    const place = regionEntry.place(entry).extendS();
    f.branchIf(this.bias.add(place).ne(address), exit);
    this.#wanted.set(regionEntry.state(entry).add(1));
    f.branch(this.#dispatch as Label);
  }

  #leave(place: number, steps: number, result: keyof typeof regionResults): void {
    const info =
      (place / 2) * 2 ** exitPlaceShift + ((steps << exitStepsShift) | regionResults[result]);
    this.#exitInfo.set(info);
    this.f.branch(this.#exit as Label);
  }
}
