/** Privilege levels and the fields of `mstatus` (privileged manual, 1.2 and 3.1.6). */
export const user = 0;
export const supervisor = 1;
export const machine = 3;

export const mstatus = {
  sie: 1n << 1n,
  mie: 1n << 3n,
  spie: 1n << 5n,
  mpie: 1n << 7n,
  spp: 1n << 8n,
  mpp: 3n << 11n,
  fs: 3n << 13n,
  mprv: 1n << 17n,
  sum: 1n << 18n,
  mxr: 1n << 19n,
  tvm: 1n << 20n,
  tw: 1n << 21n,
  tsr: 1n << 22n,
  /** UXL and SXL, both fixed at 2: 64 bits. */
  xlen: (2n << 32n) | (2n << 34n),
  sd: 1n << 63n,
} as const;

/** What of `mstatus` can be written through `sstatus`. */
export const supervisorStatus =
  mstatus.sie | mstatus.spie | mstatus.spp | mstatus.fs | mstatus.sum | mstatus.mxr;

/** Exception causes (table 3.6). */
export const exception = {
  fetchAccess: 1,
  illegalInstruction: 2,
  breakpoint: 3,
  loadAccess: 5,
  storeMisaligned: 6,
  storeAccess: 7,
  callFromUser: 8,
  loadMisaligned: 4,
} as const;

/** Bits of `mip` and `mie`. */
export const interrupt = {
  supervisorSoftware: 1,
  machineSoftware: 3,
  supervisorTimer: 5,
  machineTimer: 7,
  supervisorExternal: 9,
  machineExternal: 11,
  counterOverflow: 13,
} as const;

export const supervisorInterrupts = 0x2222n;
export const allInterrupts = 0x2aaan;

/** Fields of `menvcfg`; the low ones are in `senvcfg`, too (3.1.18 and 4.1.10). */
export const environment = {
  /** Fences of device order imply memory order. */
  fiom: 1n,
  /** What `cbo.inval` may do: 0 illegal, 1 as a flush, 3 invalidate; 2 is reserved. */
  cbie: 3n << 4n,
  /** `cbo.clean` and `cbo.flush`, and `cbo.zero`, are allowed. */
  cbcfe: 1n << 6n,
  cbze: 1n << 7n,
  /** The hart updates accessed and dirty bits itself (Svadu). */
  adue: 1n << 61n,
  /** Page-based memory types (Svpbmt). */
  pbmte: 1n << 62n,
  /** The supervisor's own timer comparator (Sstc). */
  stce: 1n << 63n,
} as const;
