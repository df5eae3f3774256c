/**
 * Places at which a region is to be entered: the hot ones, those to which execution comes back, and
 * one in each of its loops, so that an iteration can be picked up.
 *
 * Where a hot place happened to lie in the middle of a loop, it is none: the loop goes round by its
 * head soon enough, and keeps a single entry.
 *
 * They are given in their order, whichever was found first: the same code is the same region.
 */
import { blockGraph } from "./block-graph.ts";
import type { Block } from "./region-shape.ts";
import { withSingleEntryLoops } from "./single-entry-loops.ts";

/**
 * @param starts places that were found hot
 * @param returns places behind calls and other instructions that leave, of which some are no blocks
 */
export function entryPlaces(
  region: ReadonlyMap<number, Block>,
  starts: readonly number[],
  returns: ReadonlySet<number>,
): readonly number[] {
  const { blocks, nodes, successors } = blockGraph(region);
  const placeOf = (node: number) => (blocks[node - 1] as Block).offset;
  const isEnterable = (node: number) => blocks[node - 1]?.instructions[0]?.effect !== "leave";
  const all = [...new Set([...starts, ...returns])]
    .map((place) => nodes.get(place))
    .filter((node) => node !== undefined)
    .filter(isEnterable);
  const byChance = new Set(all.filter((node) => !returns.has(placeOf(node))));
  const { loops } = withSingleEntryLoops([all, ...successors.slice(1)], byChance);
  const heads = loops.map(({ head }) => head).filter(isEnterable);
  const isInLoop = (node: number) =>
    loops.some((loop) => loop.nodes.includes(node) && heads.includes(loop.head));
  const kept = all.filter((node) => !byChance.has(node) || !isInLoop(node));
  return [...new Set([...kept, ...heads])].map(placeOf).sort((a, b) => a - b);
}
