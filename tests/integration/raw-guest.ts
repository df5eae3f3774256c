/**
 * The smallest guests there are: raw M-mode images, assembled here, so that these tests depend on
 * no compiler. Registers: t0 = UART, t1 = character, t2 = test finisher, t3 = its command.
 */
export interface RawGuestPlan {
  /** What it prints, byte by byte. */
  readonly print: string;
  /** `spin` for ever, `sleep` for ever, or power off with an exit status. */
  readonly ending: "spin" | "sleep" | { readonly exit: number };
}

const t0 = 5;
const t1 = 6;
const t2 = 7;
const t3 = 28;

const lui = (rd: number, upper: number) => ((upper << 12) | (rd << 7) | 0x37) >>> 0;
const addi = (rd: number, rs1: number, value: number) =>
  (((value & 0xfff) << 20) | (rs1 << 15) | (rd << 7) | 0x13) >>> 0;
const store = (width: 0 | 2, source: number, base: number) =>
  ((source << 20) | (base << 15) | (width << 12) | 0x23) >>> 0;
const jumpToSelf = 0x0000_006f;
const waitForInterrupt = 0x1050_0073;
const jumpBackOne = 0xffdf_f06f;

/** The image's bytes. */
export function rawGuest({ print, ending }: RawGuestPlan): Uint8Array {
  const code = [lui(t0, 0x10000), lui(t2, 0x100)];
  for (const byte of new TextEncoder().encode(print)) {
    code.push(addi(t1, 0, byte), store(0, t1, t0));
  }
  if (ending === "spin") {
    code.push(jumpToSelf);
  } else if (ending === "sleep") {
    code.push(waitForInterrupt, jumpBackOne);
  } else if (ending.exit === 0) {
    code.push(lui(t3, 5), addi(t3, t3, 0x555), store(2, t3, t2), jumpToSelf);
  } else {
    // 0x3333 in the low half says failure, the high half has the status.
    code.push(lui(t3, (ending.exit << 4) | 3), addi(t3, t3, 0x333), store(2, t3, t2), jumpToSelf);
  }
  return new Uint8Array(Uint32Array.from(code).buffer);
}
