/** How `x`, `xp` and `print` show things. */
export interface DumpFormat {
  readonly count: number;
  readonly notation: "x" | "d" | "u" | "o" | "c" | "i";
  readonly bytes: 1 | 2 | 4 | 8;
}

const sizes = { b: 1, h: 2, w: 4, g: 8 } as const;
const largestCount = 4096;

/** Splits `/fmt rest`; without `/fmt`, one word in hexadecimal. A format of nobody is undefined. */
export function parseDumpFormat(operands: string): { format?: DumpFormat; rest: string } {
  const [, words, rest = ""] = /^(?:\/(\S+))?\s*(.*)$/s.exec(operands) ?? [];
  if (words === undefined) return { format: { count: 1, notation: "x", bytes: 4 }, rest };
  const [, count, letters] = /^(\d*)([xduocibhwg]{0,2})$/.exec(words) ?? [];
  if (count === undefined || letters === undefined) return { rest };
  let notation: DumpFormat["notation"] = "x";
  let bytes: DumpFormat["bytes"] = 4;
  for (const letter of letters) {
    if (letter in sizes) bytes = sizes[letter as keyof typeof sizes];
    else notation = letter as DumpFormat["notation"];
  }
  const wanted = count === "" ? 1 : Number(count);
  return { format: { count: Math.min(wanted, largestCount), notation, bytes }, rest };
}
