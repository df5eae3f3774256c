import {
  decodeShape,
  outlineOf,
  type RegionShape,
  type ShapeOutline,
  shapeWords,
} from "./region-shape.ts";
import type { TranslatedRegion } from "./translation.ts";

interface Parts {
  readonly key: string;
  readonly translated: TranslatedRegion;
  readonly target: unknown;
  readonly isKept?: boolean;
}

/**
 * A translation, ready to be called wherever its shape is found. What instructions the shape has is looked
 * up when it is needed: of the code that was kept from an earlier run only some is used in this one.
 */
export class LibraryRegion {
  /** `shapeKey` of its shape. */
  readonly key: string;
  readonly translated: TranslatedRegion;
  /** The function. */
  readonly target: unknown;
  /** It comes from an earlier run; here the host may have to compile it yet. */
  readonly isKept: boolean;
  readonly #outline: ShapeOutline;
  #shape: RegionShape | undefined;

  /**
   * @param shape where it is known already
   * @throws Failure `region-shape-damaged`
   */
  constructor({ key, translated, target, isKept = false }: Parts, shape?: RegionShape) {
    this.key = key;
    this.translated = translated;
    this.target = target;
    this.isKept = isKept;
    this.#outline = outlineOf(shapeWords(key));
    this.#shape = shape;
  }

  get instructions(): number {
    return this.#outline.instructions;
  }

  /** Places to enter at, each with the bits of the instruction there. */
  get starts(): ReadonlyMap<number, number> {
    return this.#outline.starts;
  }

  /** @throws Failure `region-shape-damaged` for words that are no instructions, which a kept one may have */
  get shape(): RegionShape {
    this.#shape ??= decodeShape(shapeWords(this.key));
    return this.#shape;
  }
}
