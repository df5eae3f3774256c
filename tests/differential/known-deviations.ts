/** Where our hart and QEMU differ on purpose; the generators keep away from these. */
interface Deviation {
  readonly name: string;
  readonly ours: string;
  readonly qemu: string;
  /** The manual's own words for it and where they stand: sections by name, for numbers change. */
  readonly manual: string;
}

export const knownDeviations: readonly Deviation[] = [
  {
    name: "flags-dirty",
    ours: "An instruction that only raises a flag in fflags makes mstatus.FS dirty.",
    qemu: "FS stays initial or clean until a float register or a float CSR is written.",
    manual:
      "Privileged, Extension Context Status in mstatus Register: “The FS field encodes the " +
      "status of the floating-point unit state, including the floating-point registers " +
      "f0–f31 and the CSRs fcsr, frm, and fflags.”",
  },
  {
    name: "zero-write",
    ours: "csrrs and csrrc of a read-only CSR are illegal whenever rs1 is not x0.",
    qemu: "They pass where the register's value is zero.",
    manual:
      "Unprivileged, Zicsr: “Note that if rs1 specifies a register other than x0, and that " +
      "register holds a zero value, the instruction will not action any attendant per-field " +
      "side effects, but will action any side effects caused by writing to the entire CSR.”",
  },
  {
    name: "misaligned-access-fault",
    ours: "mtval is the address of the first byte that could not be accessed.",
    qemu: "mtval is the aligned address in front of a misaligned access to no memory.",
    manual:
      "Privileged, Machine Trap Value Register (mtval): “If mtval is written with a nonzero " +
      "value when a misaligned load or store causes an access-fault or page-fault " +
      "exception, then mtval will contain the virtual address of the portion of the access " +
      "that caused the fault.”",
  },
  {
    name: "atomic-access-fault",
    ours: "An AMO to where nothing is raises a store/AMO access fault.",
    qemu: "It raises a load access fault; with one hart (not with two) misaligned AMOs, too.",
    manual:
      "Privileged, Machine Cause Register (mcause): “Note that load and load-reserved " +
      "instructions generate load exceptions, whereas store, store-conditional, and AMO " +
      "instructions generate store/AMO exceptions.”",
  },
  {
    name: "breakpoint-value",
    ours: "ebreak sets mtval to its own address, and a trigger to the address that it matched.",
    qemu: "Both set mtval to zero.",
    manual:
      "Privileged, Supervisor Trap Value Register (stval), which permits both: “On a " +
      "breakpoint exception raised by an EBREAK or C.EBREAK instruction, stval is written " +
      "with either zero or the virtual address of the instruction.”",
  },
  {
    name: "reservation-and-traps",
    ours: "A trap ends the reservation; sc checks alignment and permission before it.",
    qemu: "A trap leaves it; sc to another address fails without an access.",
    manual:
      "Unprivileged, Zalrsc, which permits both: “Note that these definitions permit an " +
      "implementation to fail an SC instruction occasionally for any reason, provided the " +
      "aforementioned guarantee is not violated.” “No SC.W instruction shall retire unless " +
      "it passes memory permission checks.”",
  },
  {
    name: "wide-counter-enable",
    ours: "mcounteren and scounteren have 32 bits.",
    qemu: "They keep all 64 bits that are written.",
    manual:
      "Privileged, Machine Counter-Enable Register (mcounteren): “The counter-enable " +
      "mcounteren register is a 32-bit register that controls the availability of the " +
      "hardware performance-monitoring counters to the next-lower privileged mode.”",
  },
  {
    name: "cache-block-bits",
    ours: "CBIE of menvcfg and senvcfg never becomes the reserved 2.",
    qemu: "It does.",
    manual:
      "Unprivileged, Cache-Block Management Operations, Control and Status Register State " +
      "(CBIE): “Cache Block Invalidate instruction Enable. WARL.” “10: Reserved”",
  },
  {
    name: "table-nowhere",
    ours: "A page table that lies in no memory raises an access fault.",
    qemu: "It raises a page fault.",
    manual:
      "Privileged, Virtual Address Translation Process, step 2: “If accessing pte violates " +
      "a PMA or PMP check, raise an access-fault exception corresponding to the original " +
      "access type.”",
  },
  {
    name: "odd-return-address",
    ours: "Bit 0 of mepc and sepc is zero.",
    qemu: "It can be set.",
    manual:
      "Privileged, Machine Exception Program Counter (mepc): “The low bit of mepc (mepc[0]) " +
      "is always zero.”",
  },
  {
    name: "hypervisor-delegation",
    ours: "Of medeleg, the bits of exceptions that the hart has can be set.",
    qemu: "Bits 10 and 20 to 23 can be set without the hypervisor extension, too.",
    manual:
      "Privileged, Machine Trap Delegation Registers (medeleg and mideleg): “For exceptions " +
      "that cannot occur in less privileged modes, the corresponding medeleg bits should be " +
      "read-only zero.”",
  },
  {
    name: "virtual-interrupts",
    ours: "Of mie and mideleg, the bits of software, timer, external and overflow interrupts can be set.",
    qemu: "Those of the hypervisor's can be set without its extension, too.",
    manual:
      "Privileged, Machine Interrupt Registers (mip and mie): “A bit in mie must be " +
      "writable if the corresponding interrupt can ever become pending. Bits of mie that " +
      "are not writable must be read-only zero.”",
  },
  {
    name: "executable-user-page",
    ours: "S-mode cannot execute a page of user mode, whatever it loaded from it before.",
    qemu: "It can after a load with SUM has cached the translation.",
    manual:
      "Privileged, Addressing and Memory Protection: “Irrespective of SUM, the supervisor " +
      "may not execute code on pages with U=1.”",
  },
  {
    name: "stale-mprv",
    ours: "With MPRV, a change of MPP by a trap or mret counts at once.",
    qemu: "Translations that were cached with the former MPP stay in use.",
    manual:
      "Privileged, Memory Privilege in mstatus Register: “When MPRV=1, load and store " +
      "memory addresses are translated and protected, and endianness is applied, as though " +
      "the current privilege mode were set to MPP.”",
  },
  {
    name: "ctzw",
    ours: "ctzw of a register whose low word is zero gives 32.",
    qemu: "It counts on in the high word (QEMU 7.2; later versions do not).",
    manual:
      "Unprivileged, Zbb, ctzw: “This instruction counts the number of 0's before the first " +
      "1, starting at the least-significant bit (i.e., 0) and progressing to the " +
      "most-significant bit of the least-significant word (i.e., 31).”",
  },
  {
    name: "environment-enables",
    ours: "menvcfg.ADUE and PBMTE switch the update of A and D bits and the memory types; ADUE is set after reset.",
    qemu: "It has no ADUE and always updates; it takes memory types whatever PBMTE says.",
    manual:
      "Privileged, Machine Environment Configuration Register (menvcfg): “When ADUE=1, " +
      "hardware updating is enabled and the implementation behaves as though Svade were not " +
      "implemented; when ADUE=0, the implementation behaves as though Svade were " +
      "implemented.” “When PBMTE=0, the implementation behaves as though Svpbmt were not " +
      "implemented.”",
  },
  {
    name: "reserved-entry-bits",
    ours: "Bits 60 to 54 of an entry, and memory type 3, are page faults.",
    qemu: "With Svnapot, it does not look at them.",
    manual:
      "Privileged, Virtual Address Translation Process, step 3: “If pte.v=0, or if pte.r=0 " +
      "and pte.w=1, or if any bits or encodings that are reserved for future standard use " +
      "are set within pte, stop and raise a page-fault exception corresponding to the " +
      "original access type.”",
  },
  {
    name: "range-update",
    ours: "An entry with N of a reserved size is a page fault before its A and D bits are touched.",
    qemu: "It sets them before it looks at the size.",
    manual:
      "Privileged, Svnapot: “If the encoding in pte is reserved according to [the table of " +
      "encodings], then a page-fault exception must be raised.”",
  },
  {
    name: "cut-page",
    ours: "Each access to a page that any entry of PMP cuts is checked.",
    qemu: "The page is cached whole where the entry that matched covers it, whatever stands before that one.",
    manual:
      "Privileged, Priority and Matching Logic of PMP: “The lowest-numbered PMP entry that " +
      "matches any byte of an access determines whether that access succeeds or fails.”",
  },
  {
    name: "protected-crossing",
    ours: "Of a misaligned access across two pages, the bytes in each are checked by themselves.",
    qemu: "It checks aligned words around them, or physical addresses behind the first page.",
    manual:
      "Privileged, Priority and Matching Logic of PMP: “On some implementations, misaligned " +
      "loads, stores, and instruction fetches may also be decomposed into multiple " +
      "accesses, some of which may succeed before an access-fault exception occurs.”",
  },
  {
    name: "protected-atomics",
    ours: "An AMO that PMP does not permit is a store/AMO access fault, in cut pages too.",
    qemu: "In a cut page it is carried out as a load and a store, and may raise a load access fault.",
    manual:
      "Privileged, Physical Memory Protection CSRs: “Attempting to execute a store, " +
      "store-conditional, or AMO instruction which accesses a physical address within a PMP " +
      "region without write permissions raises a store access-fault exception.”",
  },
  {
    name: "protected-update",
    ours: "A walk that has to set A or D in a table that PMP does not let S-mode write is an access fault.",
    qemu: "It writes.",
    manual:
      "Privileged, Virtual Address Translation Process, step 7: “If a store to pte would " +
      "violate a PMA or PMP check, raise an access-fault exception corresponding to the " +
      "original access type.”",
  },
  {
    name: "unused-rounding",
    ours: "fround and froundnx raise their flags, whatever becomes of their result.",
    qemu: "QEMU 10 leaves them out, flags and all, where the result is overwritten in the same block.",
    manual:
      "Unprivileged, Zfa, Round-to-Integer Instructions: “The FROUNDNX.S instruction is " +
      "defined similarly, but it also sets the inexact exception flag if the input differs " +
      "from the rounded result and is not NaN.”",
  },
  {
    name: "bit-manipulation-letter",
    ours: "misa.B is 1.",
    qemu: "It is 0 (QEMU 7.2; later versions set it).",
    manual:
      "Unprivileged, B Extension for Bit Manipulation: “The B standard extension comprises " +
      "instructions provided by the Zba, Zbb, and Zbs extensions.”",
  },
  {
    name: "open-state-enables",
    ours:
      "mstateen0 to mstateen3 are open after reset, against the manual, for the sake of programs that " +
      "know QEMU's machine, which by default has none.",
    qemu: "With Smstateen, which is off by default, they are zero.",
    manual:
      "Privileged, Smstateen: “On reset, all writable mstateen bits are initialized by the hardware " +
      "to zeros.”",
  },
  {
    name: "disabled-trigger",
    ours: "tdata1 with a type that the trigger cannot have becomes type 15, disabled.",
    qemu: "The write is ignored: the trigger stays armed.",
    manual:
      "Debug, Trigger Data 1: “Writing 0 to this register must result in a trigger that is disabled. " +
      "If this trigger supports multiple types, then the hardware should disable it by changing " +
      "type to 15.”",
  },
  {
    name: "trigger-width",
    ours: "A data trigger matches accesses that contain its address.",
    qemu: "One of any size matches accesses to any of the eight bytes from its address on.",
    manual:
      "Debug, Match Control, match 0 (equal): “Matches when any compare value equals tdata2.”",
  },
  {
    name: "reserved-device",
    ours: "Load-reserved of a device register raises a load access fault, as AMOs raise theirs.",
    qemu: "It reads the register.",
    manual:
      "Privileged, Reservability PMA: “RsrvNone indicates that no LR/SC operations are supported (the " +
      "location is non-reservable).”",
  },
];
