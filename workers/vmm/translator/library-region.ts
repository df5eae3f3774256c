import {
  decodeShape,
  outlineOf,
  type RegionShape,
  type ShapeOutline,
  shapeKey,
  shapeWords,
} from "./region-shape.ts";
import type { TranslatedRegion } from "./translation.ts";

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
  readonly #outline: ShapeOutline;
  #shape: RegionShape | undefined;

  /**
   * @param words of its shape
   * @param shape where it is known already
   * @throws Failure `region-shape-damaged`
   */
  constructor(
    words: Int32Array,
    translated: TranslatedRegion,
    target: unknown,
    shape?: RegionShape,
  ) {
    this.key = shapeKey(words);
    this.translated = translated;
    this.target = target;
    this.#outline = outlineOf(words);
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
