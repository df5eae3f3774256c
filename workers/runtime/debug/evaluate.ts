import { type DebugPort, debugRegisters } from "../../vmm/mod.ts";
import { registerNames } from "./register-names.ts";

const term = /^\s*(0x[0-9a-f]+|\d+|\$[a-z][a-z0-9]*)\s*([+-])?/i;

/**
 * The value of a sum or difference of numbers and registers (`$sp + 0x10`), modulo 2^64.
 *
 * @returns undefined where the text is no such expression
 */
export function evaluate(
  text: string,
  debug: Pick<DebugPort, "csrs" | "readRegister">,
  hart: number,
): bigint | undefined {
  let rest = text;
  let sum = 0n;
  let sign = 1n;
  for (;;) {
    const [whole, word, operator] = term.exec(rest) ?? [];
    if (whole === undefined || word === undefined) return undefined;
    const value = word.startsWith("$") ? register(word.slice(1), debug, hart) : BigInt(word);
    if (value === undefined) return undefined;
    sum = BigInt.asUintN(64, sum + sign * value);
    rest = rest.slice(whole.length);
    if (operator === undefined) return rest === "" ? sum : undefined;
    sign = operator === "+" ? 1n : -1n;
  }
}

function register(
  name: string,
  debug: Pick<DebugPort, "csrs" | "readRegister">,
  hart: number,
): bigint | undefined {
  const number = registerNames.get(name) ?? csrNumber(name, debug);
  return number === undefined ? undefined : debug.readRegister(hart, number);
}

function csrNumber(name: string, { csrs }: Pick<DebugPort, "csrs">): number | undefined {
  const csr = csrs.find((known) => known.name === name);
  return csr === undefined ? undefined : debugRegisters.csr0 + csr.number;
}
