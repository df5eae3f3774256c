/** What stands between our assembly text and that of GNU objdump 2.40 with `-M no-aliases`. */

/** What newer binutils know. */
const younger =
  /^(czero|amocas|mop|c\.mop|c\.(lbu|lhu?|s[bh]|[sz]ext\.[bhw]|not|mul)|fli|f(min|max)m|fround|fcvtmod|fl[et]q)/;

/**
 * True where two texts say the same: numbers, spaces and comments may be written otherwise, and
 * objdump names only the canonical form of a fence (its reserved fields are to be ignored) and of a
 * conversion that is exact in every rounding mode, has names for registers that this hart lacks, and
 * own names for compressed shifts by nothing and for the halfword 0, which is illegal for ever.
 */
export function saysTheSame(ourText: string, theirText: string): boolean {
  const ours = normal(ourText);
  const theirs = normal(theirText);
  if (ours === theirs) return true;
  if (ours === ".2byte 0") return theirs === "c.unimp";
  if (younger.test(ours)) return /^\.[24]byte/.test(theirs);
  if (/^fcvt\.(d\.(wu?|s)|[sd]\.h) /.test(ours)) {
    return theirs.startsWith(".4byte") || ours === `${theirs} rne`;
  }
  if (/^csr/.test(ours)) {
    const [name, rd, csr = "", operand] = ours.split(" ");
    return /^\d+$/.test(csr) && new RegExp(`^${name} ${rd} \\w+ ${operand}$`).test(theirs);
  }
  if (/^c\.s[lr][la]i \w+ 0$/.test(ours)) return theirs === ours.replace(/i (\w+) 0$/, "i64 $1");
  return /^fence/.test(ours) && (theirs.startsWith(".4byte") || theirs.includes("unknown"));
}

/** One spelling of numbers and spaces. */
function normal(text: string): string {
  return text
    .replace(/#.*$/, "")
    .replace(/([0-9a-f]+) <.*>/, "0x$1")
    .trim()
    .replace(/\s*[,\s]\s*/g, " ")
    .replace(
      /0x[0-9a-f]+|-?\b\d+\b/g,
      (n) =>
        BigInt.asUintN(64, BigInt(n.replace("-", ""))).toString() + (n.startsWith("-") ? "-" : ""),
    );
}
