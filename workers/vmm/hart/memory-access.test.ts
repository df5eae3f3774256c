import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { asm } from "../../../tests/support/assembler.ts";
import { BareHart, ramBase } from "../../../tests/support/bare-hart.ts";
import { machine } from "./privilege.ts";

const ramBytes = 0x1_0000;
const dataPages = 4;
const data = ramBase + 0x2000;
const dataBytes = dataPages * 4096;
const code = ramBase;
const h = new BareHart(ramBytes);

const loads = { lb: 1, lh: 2, lw: 4, ld: 8, lbu: 1, lhu: 2, lwu: 4 } as const;
const stores = { sb: 1, sh: 2, sw: 4, sd: 8 } as const;
const mnemonics = [...Object.keys(loads), ...Object.keys(stores)];
// A nop before each access, so that the access is tried the fast way first.
mnemonics.forEach((name, i) => {
  h.load([asm("addi"), asm(name, { rd: 6, rs1: 5, rs2: 7 })], code + 8 * i);
});
const atomics = ["lr.w", "lr.d", "sc.w", "sc.d", "amoadd.w", "amoadd.d", "amomaxu.w"];
atomics.forEach((name, i) => {
  h.load([asm("addi"), asm(name, { rd: 6, rs1: 5, rs2: 7 })], code + 0x400 + 8 * i);
});

beforeEach(() => {
  h.deviceLoad = undefined;
  h.deviceStore = undefined;
  h.hart.setWide("mcause", 24n);
  h.hart.setWide("mtvec", BigInt(ramBase + 0x1000));
  h.setPrivilege(machine);
});

/** Executes one access; @returns the exception's cause, or nothing. */
function access(name: string, address: bigint, value = 0n): number | undefined {
  const own = mnemonics.indexOf(name);
  const at = own >= 0 ? code + 8 * own : code + 0x400 + 8 * atomics.indexOf(name);
  h.setX(5, address);
  h.setX(7, value);
  h.hart.setWide("mcause", 24n);
  h.pc = BigInt(at);
  h.run(2);
  const cause = Number(h.hart.wide("mcause"));
  return cause === 24 ? undefined : cause;
}

describe("RAM", () => {
  test("loads and stores of any width and alignment are those of a plain array", () => {
    const model = new DataView(new ArrayBuffer(dataBytes));
    const operation = fc.record({
      name: fc.constantFrom(...mnemonics),
      // Often near a page's end.
      offset: fc.oneof(
        fc.nat(dataBytes - 8),
        fc.nat(2).map((n) => 4096 * (n + 1) - 3),
      ),
      value: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    });
    fc.assert(
      fc.property(fc.array(operation, { minLength: 1, maxLength: 20 }), (operations) => {
        h.engine.flush(h.hart.address);
        for (const { name, offset, value } of operations) {
          expect(access(name, BigInt(data + offset), value)).toBeUndefined();
          const width = { ...loads, ...stores }[name as "lb"] as number;
          if (name.startsWith("s")) {
            for (let i = 0; i < width; i++) {
              model.setUint8(offset + i, Number((value >> BigInt(8 * i)) & 0xffn));
            }
            continue;
          }
          let loaded = 0n;
          for (let i = 0; i < width; i++)
            loaded |= BigInt(model.getUint8(offset + i)) << BigInt(8 * i);
          const signed = name.endsWith("u") ? loaded : BigInt.asIntN(8 * width, loaded);
          expect(h.x(6)).toBe(BigInt.asUintN(64, signed));
        }
      }),
      { numRuns: 200 },
    );
  });

  test.each([2, 4, 8])(
    "a store of %d bytes beyond the end faults and leaves no byte behind",
    (width) => {
      const name = { 2: "sh", 4: "sw", 8: "sd" }[width] as string;
      const end = ramBase + ramBytes;
      const before = new Uint8Array(8);
      h.ram.write(end - 8, before);
      for (let inside = 1; inside < width; inside++) {
        expect(access(name, BigInt(end - inside), -1n)).toBe(7);
        const after = new Uint8Array(8);
        h.ram.read(end - 8, after);
        expect(after).toEqual(before);
      }
    },
  );

  test("an untouched page reads as zeros and costs nothing until it is written", () => {
    const fresh = new BareHart(ramBytes);
    fresh.load([asm("ld", { rd: 6, rs1: 5 }), asm("sd", { rs1: 5, rs2: 7 })]);
    const pages = fresh.ram.residentPages;
    fresh.setX(5, BigInt(data));
    fresh.setX(6, 1n);
    fresh.setX(7, 9n);
    fresh.run(1);
    expect([fresh.x(6), fresh.ram.residentPages]).toEqual([0n, pages]);
    fresh.run(1);
    expect(fresh.ram.residentPages).toBe(pages + 1);
    // The read entry of the zero frame is gone with the first store.
    fresh.pc = BigInt(ramBase);
    fresh.run(1);
    expect(fresh.x(6)).toBe(9n);
  });
});

describe("devices", () => {
  const device = 0x1000_0000n;

  test("see width, address and an unsigned value; a doubleword is two words, the low one first", () => {
    const seen: unknown[] = [];
    h.deviceStore = (address, width, value) => {
      seen.push([address, width, value]);
      return true;
    };
    access("sb", device, 0xffn);
    access("sw", device + 4n, -1n);
    access("sd", device + 8n, 0x1122_3344_8000_0001n);
    expect(seen.at(1)).toEqual([0x1000_0004, 4, 0xffff_ffff]);
    expect(seen.slice(2)).toEqual([
      [0x1000_0008, 4, 0x8000_0001],
      [0x1000_000c, 4, 0x1122_3344],
    ]);
    h.deviceLoad = (address) => (address === 0x1000_0000 ? 0xffff_fffe : 1);
    access("lw", device);
    expect(h.x(6)).toBe(2n ** 64n - 2n);
    access("lwu", device);
    expect(h.x(6)).toBe(0xffff_fffen);
    access("ld", device);
    expect(h.x(6)).toBe(0x1_ffff_fffen);
  });

  test("that are not there raise an access fault and change no register", () => {
    h.setX(6, 77n);
    expect(access("lw", device)).toBe(5);
    expect(h.x(6)).toBe(77n);
    expect(access("sw", device)).toBe(7);
    expect(h.hart.wide("mtval")).toBe(device);
  });

  test("hold no reservation: load-reserved of a device raises an access fault and reads nothing", () => {
    let reads = 0;
    h.deviceLoad = () => {
      reads++;
      return 1;
    };
    expect(access("lr.w", device)).toBe(5);
    expect(h.hart.wide("mtval")).toBe(device);
    expect(access("sc.w", device)).toBe(7);
    expect(reads).toBe(0);
  });

  test("beyond 4 GiB do not exist, whatever lies there modulo 4 GiB", () => {
    h.deviceLoad = () => 1;
    h.deviceStore = () => true;
    for (const address of [
      2n ** 32n + device,
      2n ** 55n,
      2n ** 63n + BigInt(data),
      2n ** 64n - 8n,
    ]) {
      expect(access("lw", address)).toBe(5);
      expect(access("sw", address)).toBe(7);
    }
  });
});

describe("atomics", () => {
  const at = BigInt(data);
  const word = () => {
    access("lw", at);
    return BigInt.asIntN(64, h.x(6));
  };

  test("a store-conditional succeeds once, right after its load-reserved", () => {
    access("sd", at, 5n);
    expect(access("sc.w", at, 6n)).toBeUndefined();
    expect(h.x(6)).toBe(1n);
    access("lr.w", at);
    expect(h.x(6)).toBe(5n);
    access("sc.w", at, 7n);
    expect([h.x(6), word()]).toEqual([0n, 7n]);
    access("sc.w", at, 8n);
    expect([h.x(6), word()]).toEqual([1n, 7n]);
  });

  test("a store-conditional fails at another address, and after the value changed", () => {
    access("lr.w", at);
    access("sc.w", at + 8n, 1n);
    expect(h.x(6)).toBe(1n);
    access("lr.w", at);
    access("sw", at, 99n);
    access("sc.w", at, 1n);
    expect([h.x(6), word()]).toEqual([1n, 99n]);
  });

  test("word operations sign-extend what they return and compare what they are given as words", () => {
    access("sd", at, 0x1234_5678_ffff_fffen);
    access("amoadd.w", at, 1n);
    expect(h.x(6)).toBe(2n ** 64n - 2n);
    access("ld", at);
    expect(h.x(6)).toBe(0x1234_5678_ffff_ffffn);
    access("amomaxu.w", at, 0xffff_ffff_0000_0001n);
    expect(word()).toBe(-1n);
  });

  test.each(atomics)("%s traps where it is not naturally aligned", (name) => {
    const cause = name.startsWith("lr") ? 4 : 6;
    const offset = name.endsWith("d") ? 4n : 2n;
    expect(access(name, at + offset)).toBe(cause);
    expect(h.hart.wide("mtval")).toBe(at + offset);
  });
});
