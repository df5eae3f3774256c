import { describe, expect, test } from "vitest";
import { elfWithSymbols } from "../../../tests/contracts/support/elf-with-symbols.ts";
import { SymbolTable } from "./symbol-table.ts";

const segments = [{ address: 0x8000_0000, bytes: new Uint8Array(64) }];

describe("SymbolTable", () => {
  test("names what lies in a function of an ELF file, and nothing before the first", () => {
    const file = elfWithSymbols(0x8000_0000, segments, { second: 0x8000_0020, first: 0x8000_0010 });
    const symbols = SymbolTable.of(file);
    expect(symbols.size).toBe(2);
    expect(symbols.nameAt(0x8000_000fn)).toBeUndefined();
    expect(symbols.nameAt(0x8000_0010n)).toBe("first");
    expect(symbols.nameAt(0x8000_001fn)).toBe("first");
    expect(symbols.nameAt(0x8000_0020n)).toBe("second");
    expect(symbols.nameAt(0x9000_0000n)).toBeUndefined();
  });

  test("reads what Linux lists, text only", () => {
    const listing = [
      "ffffffff80000000 T _start",
      "ffffffff80001000 t do_work\t[module]",
      "ffffffff80002000 D some_data",
      "nonsense",
    ].join("\n");
    const symbols = SymbolTable.of(new TextEncoder().encode(listing));
    expect(symbols.size).toBe(2);
    expect(symbols.nameAt(0xffff_ffff_8000_1fffn)).toBe("do_work");
    expect(symbols.nameAt(0xffff_ffff_8000_2000n)).toBe("do_work");
  });

  test("has no names for what is neither", () => {
    expect(SymbolTable.of(new Uint8Array(1000)).size).toBe(0);
    expect(SymbolTable.empty.nameAt(5n)).toBeUndefined();
  });
});
