/** Executes one instruction the fast way, for tests of what integer instructions compute. */
import fc from "fast-check";
import { asm } from "./assembler.ts";
import { BareHart, ramBase } from "./bare-hart.ts";

export const s64 = (n: bigint) => BigInt.asIntN(64, n);
export const u64 = (n: bigint) => BigInt.asUintN(64, n);
export const s32 = (n: bigint) => BigInt.asIntN(32, n);
export const u32 = (n: bigint) => BigInt.asUintN(32, n);
export const smallest = (bits: number) => -(2n ** BigInt(bits - 1));

const edges = [0n, 1n, -1n, 2n, -2n, 63n, smallest(64), smallest(32), 2n ** 31n, 2n ** 63n - 1n];

/** Registers as signed integers, limits often. */
export const integerOperand = fc.oneof(
  fc.constantFrom(...edges),
  fc.integer().map(BigInt),
  fc.bigInt({ min: smallest(64), max: 2n ** 63n - 1n }),
);

export class OneInstruction {
  readonly hart = new BareHart();

  /** Its operands in x6 and x7. @returns x5 */
  result(line: ReturnType<typeof asm>, a: bigint, b = 0n): bigint {
    const h = this.hart;
    h.load([asm("addi"), line]);
    h.setX(6, a);
    h.setX(7, b);
    h.pc = BigInt(ramBase);
    h.run(2);
    return s64(h.x(5));
  }
}

export function check(property: fc.IProperty<unknown[]>): void {
  fc.assert(property as never, { numRuns: 120 });
}
