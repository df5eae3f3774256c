import type { Block, RegionInstruction, RegionShape } from "./region-shape.ts";

/** The blocks of a region as nodes from 1 on, in the order of their addresses. */
export interface BlockGraph {
  readonly blocks: readonly Block[];
  /** By place. */
  readonly nodes: ReadonlyMap<number, number>;
  /** Where each leads within the region; nothing for node 0, which stands for whoever enters. */
  readonly successors: readonly (readonly number[])[];
}

export function blockGraph(region: RegionShape["blocks"]): BlockGraph {
  const blocks = [...region.values()].sort((a, b) => a.offset - b.offset);
  const nodes = new Map(blocks.map((block, i) => [block.offset, i + 1]));
  return { blocks, nodes, successors: [[], ...blocks.map((block) => successorsOf(block, nodes))] };
}

function successorsOf(block: Block, nodes: ReadonlyMap<number, number>): number[] {
  const last = block.instructions.at(-1) as RegionInstruction;
  const target = last.offset + last.decoded.operands.imm;
  const places = {
    plain: [block.end],
    branch: [target, block.end],
    jump: [target],
    indirect: [],
    pause: [block.end],
    away: [],
    leave: [],
  }[last.effect];
  return places.map((place) => nodes.get(place)).filter((node) => node !== undefined);
}
