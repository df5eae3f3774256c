/**
 * Writes the blocks of a region in structured control flow, and the jumps between them.
 *
 *     flow.write();                // all nodes, from the dispatcher on: inside of a loop
 *     flow.jump(node, target);     // while a node is written
 *
 * The dispatcher and routers (`single-entry-loops.ts`) go by what is *wanted*, a local.
 */
import type { FunctionBuilder, Label, Local } from "../base/wasm/function-builder.ts";
import type { FlowGraph } from "./flow-graph.ts";
import type { Router } from "./single-entry-loops.ts";

interface Parts {
  readonly graph: FlowGraph;
  readonly entryNodes: readonly number[];
  /** At first which of the entries it is, from 1 on. */
  readonly wanted: Local<"i32">;
  /** Writes a node that is neither the dispatcher nor a router, all of its jumps too. */
  readonly writeNode: (node: number) => void;
}

export class RegionFlow {
  readonly #f: FunctionBuilder;
  readonly #parts: Parts;
  /** What stands for a node in `wanted`: the entries in their order, then others; 0 for nothing. */
  readonly #wishes: ReadonlyMap<number, number>;
  readonly #labels = new Map<number, Label>();
  readonly #loops = new Map<number, Label>();

  constructor(f: FunctionBuilder, parts: Parts) {
    this.#f = f;
    this.#parts = parts;
    const routed = [...parts.graph.routers.values()].flatMap(({ others }) => others);
    const targets = new Set([...parts.entryNodes, ...routed]);
    this.#wishes = new Map([...targets].map((node, i) => [node, i + 1]));
  }

  write(): void {
    this.#within(0, this.#parts.graph.merges(0));
  }

  /** Where no wish is pending: makes one where the router on the way does not lead there anyway. */
  jump(from: number, target: number): void {
    const { graph, wanted } = this.#parts;
    const hop = graph.hop(from, target);
    const isWish = hop !== target && graph.routers.get(hop)?.head !== target;
    if (isWish) wanted.set(this.#wish(target));
    this.#go(from, hop);
  }

  /** A node with the merges that it dominates behind it, each at the end of a block. */
  #within(node: number, merges: readonly number[]): void {
    const [last, ...rest] = merges;
    if (last === undefined) {
      this.#code(node);
      return;
    }
    this.#f.block((label) => {
      this.#labels.set(last, label);
      this.#within(node, rest);
    });
    this.#tree(last);
  }

  #tree(node: number): void {
    const { graph } = this.#parts;
    if (!graph.isLoop(node)) {
      this.#within(node, graph.merges(node));
      return;
    }
    this.#f.loop((again) => {
      this.#loops.set(node, again);
      this.#within(node, graph.merges(node));
    });
  }

  #code(node: number): void {
    const { graph, entryNodes, wanted, writeNode } = this.#parts;
    const router = graph.routers.get(node);
    if (node === 0) {
      const ways = entryNodes.map((entry) => () => this.#send(node, entry));
      // Wishes count from 1.
      const [otherwise, ...others] = [ways.at(-1) as () => void, ...ways.slice(0, -1)];
      this.#f.switch(wanted, [() => undefined, ...others], otherwise);
    } else if (router) this.#route(node, router);
    else writeNode(node);
  }

  #route(node: number, { head, others: all }: Router): void {
    const f = this.#f;
    const { wanted } = this.#parts;
    const [last, ...others] = [...all].reverse();
    if (last !== undefined) {
      f.ifUnlikely(wanted.ne(0), () => {
        for (const other of others) {
          f.if(wanted.eq(this.#wish(other)), () => this.#send(node, other));
        }
        this.#send(node, last);
      });
    }
    this.jump(node, head);
  }

  /** The dispatcher or a router fulfils a wish, or leaves it to the next router. */
  #send(from: number, target: number): void {
    const { graph, wanted } = this.#parts;
    const hop = graph.hop(from, target);
    const isThere = hop === target || graph.routers.get(hop)?.head === target;
    if (isThere && graph.routers.size > 0) wanted.set(0);
    this.#go(from, hop);
  }

  #go(from: number, hop: number): void {
    const kind = this.#parts.graph.kind(from, hop);
    if (kind === "inline") this.#tree(hop);
    else this.#f.branch((kind === "merge" ? this.#labels : this.#loops).get(hop) as Label);
  }

  #wish(node: number): number {
    return this.#wishes.get(node) as number;
  }
}
