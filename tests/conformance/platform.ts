import { comparedInstructions } from "../differential/kernel-text.ts";

/** What single instructions and the table of them do not show, and the tests that prove it. */
export interface PlatformPart {
  readonly name: string;
  /** From the repository's root. */
  readonly tests: readonly string[];
}

const differential = "tests/differential/privileged-modes.test.ts";
const walk = "workers/vmm/mmu/walk.test.ts";
const csrs = "workers/vmm/hart/csr-table.test.ts";

export const platform: readonly PlatformPart[] = [
  {
    name: "Traps, delegation, vectored `mtvec`",
    tests: ["workers/vmm/hart/trap.test.ts", differential],
  },
  { name: "CSRs: WARL fields, privilege, enables", tests: [csrs, differential] },
  { name: "Sv39, Sv48, Sv57", tests: [walk, differential] },
  { name: "Svadu, Svnapot, Svpbmt", tests: [walk, differential] },
  { name: "PMP, 16 entries", tests: ["workers/vmm/mmu/protection.test.ts", differential] },
  { name: "Sstc", tests: ["workers/vmm/hart/supervisor-timer.test.ts"] },
  { name: "Counters", tests: ["workers/vmm/hart/counters.test.ts"] },
  {
    name: "Sscofpmf: 16 event counters, overflow behind the exact instruction",
    tests: [
      "workers/vmm/hart/event-counters.test.ts",
      "workers/vmm/machine/counter-overflow.test.ts",
    ],
  },
  {
    name: "Sdtrig: two address triggers",
    tests: ["workers/vmm/hart/triggers.test.ts", "tests/differential/triggers.test.ts"],
  },
  { name: "Smstateen", tests: [csrs] },
  { name: "Zicbom, Zicboz", tests: ["workers/vmm/hart/cache-block.test.ts"] },
  { name: "Zacas", tests: ["workers/vmm/isa/compare-and-swap.test.ts"] },
  {
    name: "Zfh and Zfa beside arithmetic",
    tests: ["workers/vmm/isa/float-additions.test.ts"],
  },
  {
    name: "Ordinary floating point beside the oracle",
    tests: ["workers/vmm/hart/float/fast-float.test.ts"],
  },
  {
    name: "Hostile guests and files, beside VMs that must not notice",
    tests: ["input", "rings", "addresses", "behaviour", "files"].map(
      (what) => `tests/invariants/hostile-${what}.test.ts`,
    ),
  },
  { name: "LR/SC and AMOs between harts", tests: ["workers/vmm/machine/several-harts.test.ts"] },
  {
    name: "SBI 2.0, PMU too",
    tests: ["workers/vmm/machine/sbi.test.ts", "workers/vmm/machine/sbi-pmu.test.ts"],
  },
  {
    name: "Turns given away by `pause` and `wrs`",
    tests: ["workers/vmm/machine/several-harts.test.ts"],
  },
  { name: "HTIF of official suites", tests: ["workers/vmm/machine/htif.test.ts"] },
  {
    name: "Device registers",
    tests: ["tests/contracts/device.test.ts", "tests/differential/device-registers.test.ts"],
  },
  { name: "virtio queues, hostile ones too", tests: ["tests/contracts/virtio.test.ts"] },
  {
    name: `Disassembler: ${comparedInstructions / 1e6} million instructions of Debian's kernel as in objdump`,
    tests: ["tests/differential/disassembler.test.ts"],
  },
  {
    name: "Determinism: state hashes along the run, Node and Deno, any slices",
    tests: ["tests/runtimes/hash-chain.test.ts", "tests/runtimes/same-everywhere.test.ts"],
  },
];
