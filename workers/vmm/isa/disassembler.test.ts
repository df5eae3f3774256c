import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { saysTheSame } from "../../../tests/support/gnu-notation.ts";
import { decode } from "./decoder.ts";
import { disassemble } from "./disassembler.ts";
import { instructionTable } from "./table.ts";

describe("assembly text", () => {
  test.each([
    [0x00a1_0093, "addi ra, sp, 10"],
    [0xfff1_8213, "addi tp, gp, -1"],
    [0x1234_52b7, "lui t0, 0x12345"],
    [0xfffff317, "auipc t1, 0xfffff"],
    [0x0080_006f, "jal zero, 0x80000008"],
    [0xfe05_0ee3, "beq a0, zero, 0x7ffffffc"],
    [0x0085_3503, "ld a0, 8(a0)"],
    [0xfea5_3c23, "sd a0, -8(a0)"],
    [0x41f5_d513, "srai a0, a1, 31"],
    [0x02c5_8533, "mul a0, a1, a2"],
    [0x0ff0_000f, "fence iorw, iorw"],
    [0x3002_9073, "csrrw zero, mstatus, t0"],
    [0x3002_f073, "csrrci zero, mstatus, 5"],
    [0x7c00_2573, "csrrs a0, 0x7c0, zero"],
    [0x1205_0073, "sfence.vma a0, zero"],
    [0x00c5_8553, "fadd.s fa0, fa1, fa2, rne"],
    [0x02c5_f553, "fadd.d fa0, fa1, fa2"],
    [0xc005_9553, "fcvt.w.s a0, fa1, rtz"],
    [0x0002_8067, "jalr zero, 0(t0)"],
    [0x1005_252f, "lr.w a0, (a0)"],
    [0x0405_252f, "amoadd.w.aq a0, zero, (a0)"],
    [0x06b5_362f, "amoadd.d.aqrl a2, a1, (a0)"],
    [0x1aa5_b52f, "sc.d.rl a0, a0, (a1)"],
    [0x606f_1533, "rol a0, t5, t1"],
    [0x625f_5513, "rori a0, t5, 37"],
    [0x0805_453b, "zext.h a0, a0"],
    [0x08b5_453b, "packw a0, a0, a1"],
    [0x0100_000f, "pause"],
    [0x0015_200f, "cbo.clean (a0)"],
    [0x0205_6013, "prefetch.i 32(a0)"],
    [0x28b5_352f, "amocas.d a0, a1, (a0)"],
    [0x81c5_c573, "mop.r.0 a0, a1"],
    [0xf01f_8553, "fli.s fa0, nan"],
    [0xf210_8553, "fli.d fa0, min"],
    [0x4255_9553, "froundnx.d fa0, fa1, rtz"],
    [0x4406_8553, "fcvt.h.s fa0, fa3, rne"],
    [0xc285_9553, "fcvtmod.w.d a0, fa1, rtz"],
    [0x9c61, "c.zext.b s0"],
    [0x8440, "c.lh s0, 0(s0)"],
    [0x6081, "c.mop.1"],
    [0x0001, "c.addi zero, 0"],
    [0x0505, "c.addi a0, 1"],
    [0x6141, "c.addi16sp sp, 16"],
    [0x0808, "c.addi4spn a0, sp, 16"],
    [0x8082, "c.jr ra"],
    [0xa001, "c.j 0x80000000"],
    [0x0000, ".2byte 0x0"],
    [0xffff_ffff, ".4byte 0xffffffff"],
  ])("of %i is %s", (bits, text) => {
    expect(disassemble(bits, 0x8000_0000n)).toBe(text);
  });
});

test("every encoding has a text, hostile ones too", () => {
  fc.assert(
    fc.property(fc.nat(2 ** 32 - 1), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (bits, pc) => {
      expect(disassemble(bits, pc)).toMatch(/^[.a-z]/);
    }),
  );
});

const objdump = "riscv64-linux-gnu-objdump";
const assembler = "riscv64-linux-gnu-as";
/** What binutils 2.40 knows. */
const architecture = [
  "rv64gc_zicbom_zicbop_zicboz_zihintpause_zawrs_zfh",
  ...["zba", "zbb", "zbc", "zbs", "zbkb", "zbkx", "svinval"],
].join("_");
const hasObjdump = spawnSync(objdump, ["--version"]).status === 0;
const reason = hasObjdump ? "" : ` (skipped: ${objdump} is not installed)`;

test.skipIf(!hasObjdump)(`GNU objdump reads the same from the same bits${reason}`, () => {
  const sample = fc.sample(
    fc
      .tuple(fc.constantFrom(...instructionTable), fc.nat(2 ** 32 - 1))
      .map(([{ pattern }, free]) => ((free & ~pattern.mask) | pattern.match) >>> 0),
    { numRuns: 3000, seed: 1 },
  );
  const halves = Array.from({ length: 2 ** 16 }, (_, i) => i).filter(
    (i) => decode(i) !== undefined,
  );
  const words = [
    ...sample,
    ...halves.filter((i) => (i & 3) !== 3 && i % 7 === 0).map((i) => 0x0001_0000 | i),
  ];
  const theirs = objdumpText(Uint32Array.from(words));
  const differing = words.flatMap((bits, i) => {
    const pc = BigInt(i * 4);
    const ours = disassemble(bits, pc);
    const text = theirs.get(i * 4) ?? "nothing";
    return saysTheSame(ours, text) ? [] : [`${bits.toString(16)}: ${ours} | ${text}`];
  });
  expect(differing.slice(0, 40)).toEqual([]);
});

/** Assembly text by address. */
function objdumpText(words: Uint32Array): Map<number, string> {
  const folder = mkdtempSync(join(tmpdir(), "disassembler-"));
  try {
    const [source, file] = [join(folder, "words.s"), join(folder, "words.o")];
    const instructions = [...words].flatMap((word) =>
      (word & 3) === 3
        ? [`.insn 4, ${word}`]
        : [`.insn 2, ${word & 0xffff}`, `.insn 2, ${word >>> 16}`],
    );
    writeFileSync(source, `.option norelax\n.text\n${instructions.join("\n")}\n`);
    // objdump shows the extensions that the file says to use.
    spawnSync(assembler, [`-march=${architecture}`, "-o", file, source]);
    const options = ["-d", "-M", "no-aliases", file];
    const { stdout } = spawnSync(objdump, options, { encoding: "utf8", maxBuffer: 2 ** 26 });
    const lines = stdout.matchAll(/^\s*([0-9a-f]+):\t[0-9a-f ]+\t(.*)$/gm);
    return new Map(
      [...lines].map(([, address, text = ""]) => [Number.parseInt(address as string, 16), text]),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}
