/** Names of the control and status registers by number (privileged manual, chapter 2.2). */
const named: Record<number, string> = {
  ...{ 0x001: "fflags", 0x002: "frm", 0x003: "fcsr" },
  ...{ 0xc00: "cycle", 0xc01: "time", 0xc02: "instret" },
  ...{ 0x100: "sstatus", 0x104: "sie", 0x105: "stvec", 0x106: "scounteren", 0x10a: "senvcfg" },
  ...{ 0x140: "sscratch", 0x141: "sepc", 0x142: "scause", 0x143: "stval", 0x144: "sip" },
  ...{ 0x14d: "stimecmp", 0x180: "satp", 0xda0: "scountovf" },
  ...{
    0xf11: "mvendorid",
    0xf12: "marchid",
    0xf13: "mimpid",
    0xf14: "mhartid",
    0xf15: "mconfigptr",
  },
  ...{ 0x300: "mstatus", 0x301: "misa", 0x302: "medeleg", 0x303: "mideleg", 0x304: "mie" },
  ...{ 0x305: "mtvec", 0x306: "mcounteren", 0x30a: "menvcfg", 0x320: "mcountinhibit" },
  ...{ 0x340: "mscratch", 0x341: "mepc", 0x342: "mcause", 0x343: "mtval", 0x344: "mip" },
  ...{ 0xb00: "mcycle", 0xb02: "minstret" },
  ...{ 0x7a0: "tselect", 0x7a1: "tdata1", 0x7a2: "tdata2", 0x7a3: "tdata3", 0x7a4: "tinfo" },
};

for (let n = 0; n < 4; n++) {
  named[0x10c + n] = `sstateen${n}`;
  named[0x30c + n] = `mstateen${n}`;
}
for (let n = 3; n < 32; n++) {
  named[0xc00 + n] = `hpmcounter${n}`;
  named[0xb00 + n] = `mhpmcounter${n}`;
  named[0x320 + n] = `mhpmevent${n}`;
}
for (let n = 0; n < 16; n += 2) named[0x3a0 + n] = `pmpcfg${n}`;
for (let n = 0; n < 64; n++) named[0x3b0 + n] = `pmpaddr${n}`;

export function csrName(number: number): string | undefined {
  return named[number];
}
