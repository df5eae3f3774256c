/** Reads some bytes; undefined where nobody answers. */
export type ReadPiece = (
  hart: number,
  address: bigint,
  bytes: number,
) => Promise<Uint8Array | undefined>;

/** Bytes that are read at once: gdb asks for a stack a word at a time. */
const pieceBytes = 512n;

/** Memory of a guest that stands still: each piece is read once. */
export class StoppedMemory {
  readonly #read: ReadPiece;
  #pieces = new Map<string, Promise<Uint8Array | undefined>>();

  constructor(read: ReadPiece) {
    this.#read = read;
  }

  /** The guest has run. */
  forget(): void {
    this.#pieces = new Map();
  }

  /** @returns as many bytes as are memory, from the first on */
  async read(hart: number, address: bigint, bytes: number): Promise<Uint8Array> {
    const result = new Uint8Array(bytes);
    let done = 0;
    while (done < bytes) {
      const at = BigInt.asUintN(64, address + BigInt(done));
      const inPiece = Number(at % pieceBytes);
      const piece = await this.#piece(hart, at - BigInt(inPiece));
      // A piece that begins before all memory says nothing of its end.
      const isWhole = piece?.length === Number(pieceBytes);
      const wanted = Math.min(bytes - done, Number(pieceBytes) - inPiece);
      const found = isWhole
        ? piece.subarray(inPiece, inPiece + wanted)
        : ((await this.#read(hart, at, wanted)) ?? new Uint8Array());
      result.set(found.subarray(0, wanted), done);
      done += Math.min(found.length, wanted);
      if (found.length < wanted) break;
    }
    return result.subarray(0, done);
  }

  #piece(hart: number, address: bigint): Promise<Uint8Array | undefined> {
    const key = `${hart}.${address}`;
    const pieces = this.#pieces;
    const known = pieces.get(key);
    if (known) return known;
    const piece = this.#read(hart, address, Number(pieceBytes)).then((bytes) => {
      if (bytes === undefined) pieces.delete(key);
      return bytes;
    });
    pieces.set(key, piece);
    return piece;
  }
}
