/**
 * Encodings as the manual prints them: `"imm[11:0] rs1 000 rd 0010011"`.
 *
 * Tokens run from the highest bit to the lowest. A token is a binary literal, a field of known
 * width (`rd rs1 rs2 rs3 rm csr shamt …`), a three-bit register `rd' rs1' rs2'` of the compressed
 * formats, or a piece of an operand: `imm[12|10:5]` is a signed immediate, `uimm[…]` an unsigned
 * one, `rd[4:1]` a register whose number is even; the brackets say which bits the piece carries.
 */

/** The operands of one decoded instruction; fields that the encoding lacks are 0. */
export interface Operands {
  rd: number;
  rs1: number;
  rs2: number;
  rs3: number;
  /** Rounding mode as encoded; 7 is dynamic. */
  rm: number;
  csr: number;
  /** Sign- or zero-extended immediate, shift amount or CSR immediate, as a 32-bit number. */
  imm: number;
  /** Acquire and release bits of an atomic. */
  aq: number;
  rl: number;
  /** `fence` sets. */
  fm: number;
  pred: number;
  succ: number;
}

export type OperandName = keyof Operands;

interface Piece {
  readonly name: OperandName;
  /** Lowest bit of the piece in the instruction. */
  readonly shift: number;
  readonly width: number;
  /** Lowest bit of the piece in the operand. */
  readonly position: number;
  /** Added to the extracted value: 8 for the three-bit registers. */
  readonly bias: number;
}

/** One encoding, ready to match, take apart and put together. */
export interface Pattern {
  readonly bits: 16 | 32;
  readonly mask: number;
  readonly match: number;
  readonly fields: ReadonlySet<OperandName>;
  readonly pieces: readonly Piece[];
  /** The same by operand: decoding a program for the first time asks nothing else. */
  readonly piecesOf: Readonly<Record<OperandName, readonly Piece[]>>;
  /** Bits of the immediate that carry its sign, or 0 for an unsigned one. */
  readonly signBit: number;
}

const widths: Record<string, number> = {
  ...{ rd: 5, rs1: 5, rs2: 5, rs3: 5, rm: 3, csr: 12, aq: 1, rl: 1, fm: 4, pred: 4, succ: 4 },
  ...{ "rd'": 3, "rs1'": 3, "rs2'": 3 },
};

const operandNames = Object.keys(noOperands()) as readonly OperandName[];

export function parsePattern(text: string): Pattern {
  const tokens = text.split(/\s+/);
  const pieces: Piece[] = [];
  let mask = 0;
  let match = 0;
  let signBit = 0;
  let position = 0;
  for (const token of tokens.reverse()) {
    if (/^[01]+$/.test(token)) {
      mask |= ((2 ** token.length - 1) << position) >>> 0;
      match |= (Number.parseInt(token, 2) << position) >>> 0;
      position += token.length;
      continue;
    }
    const bracket = /^(u?imm|rd|rs2)\[(.+)\]$/.exec(token);
    if (bracket) {
      const name = (bracket[1] as string).replace("uimm", "imm") as OperandName;
      for (const range of (bracket[2] as string).split("|").reverse()) {
        const [high, low = high] = range.split(":").map(Number) as [number, number?];
        const width = high - (low as number) + 1;
        pieces.push({ name, shift: position, width, position: low as number, bias: 0 });
        if (bracket[1] === "imm") signBit = Math.max(signBit, high);
        position += width;
      }
      continue;
    }
    const width = widths[token];
    if (width === undefined) throw new Error(`unknown token ${token} in ${text}`);
    const name = token.replace("'", "") as OperandName;
    pieces.push({
      name,
      shift: position,
      width,
      position: 0,
      bias: width === 3 && name !== "rm" ? 8 : 0,
    });
    position += width;
  }
  if (position !== 16 && position !== 32) throw new Error(`${text} has ${position} bits`);
  const fields = new Set(pieces.map((piece) => piece.name));
  const none: readonly Piece[] = [];
  const piecesOf = Object.fromEntries(
    operandNames.map((name) => [
      name,
      fields.has(name) ? pieces.filter((p) => p.name === name) : none,
    ]),
  ) as Pattern["piecesOf"];
  const encoding = { mask: mask >>> 0, match: match >>> 0 };
  return { bits: position, ...encoding, fields, pieces, piecesOf, signBit };
}

export function matches(pattern: Pattern, instruction: number): boolean {
  return (instruction & pattern.mask) >>> 0 === pattern.match;
}

export function noOperands(): Operands {
  return {
    rd: 0,
    rs1: 0,
    rs2: 0,
    rs3: 0,
    rm: 0,
    csr: 0,
    imm: 0,
    aq: 0,
    rl: 0,
    fm: 0,
    pred: 0,
    succ: 0,
  };
}

export function takeApart({ piecesOf, signBit }: Pattern, instruction: number): Operands {
  const unused = signBit > 0 ? 31 - signBit : 0;
  return {
    rd: gather(piecesOf.rd, instruction),
    rs1: gather(piecesOf.rs1, instruction),
    rs2: gather(piecesOf.rs2, instruction),
    rs3: gather(piecesOf.rs3, instruction),
    rm: gather(piecesOf.rm, instruction),
    csr: gather(piecesOf.csr, instruction),
    imm: (gather(piecesOf.imm, instruction) << unused) >> unused,
    aq: gather(piecesOf.aq, instruction),
    rl: gather(piecesOf.rl, instruction),
    fm: gather(piecesOf.fm, instruction),
    pred: gather(piecesOf.pred, instruction),
    succ: gather(piecesOf.succ, instruction),
  };
}

function gather(pieces: readonly Piece[], instruction: number): number {
  let operand = 0;
  for (const { shift, width, position, bias } of pieces) {
    const bits = (instruction >>> shift) & ((1 << width) - 1);
    operand |= (bits << position) + bias;
  }
  return operand;
}

/** The inverse of `takeApart`; operands must fit their fields. */
export function putTogether(pattern: Pattern, operands: Operands): number {
  let instruction = pattern.match;
  for (const { name, shift, width, position, bias } of pattern.pieces) {
    const bits = ((operands[name] - bias) >>> position) & (2 ** width - 1);
    instruction |= bits << shift;
  }
  return instruction >>> 0;
}
