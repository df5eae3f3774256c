/**
 * State enables (Smstateen): which state beyond the base lower modes may reach. Of the state they
 * name the hart has `senvcfg`; bit 63 opens the supervisor's own registers of this kind, which have
 * nothing to say here.
 *
 * Every bit is 1 after reset, though the manual wants 0: machine-mode programs of QEMU's `virt`, the
 * guests of which run here unchanged, know nothing of this extension and would lose `senvcfg`.
 */
import { type CsrRow, fixed, stored } from "./csr-row.ts";
import { machine } from "./privilege.ts";

export const stateEnable = {
  /** `sstateen0` to `sstateen3`. */
  own: 1n << 63n,
  /** `senvcfg`. */
  environment: 1n << 62n,
} as const;

const registers = [0, 1, 2, 3] as const;
const implemented = (index: number): bigint =>
  index === 0 ? stateEnable.own | stateEnable.environment : stateEnable.own;

/** The registers after reset. */
export const stateEnableAfterReset: readonly bigint[] = registers.map(implemented);

/** Access from below machine mode where machine mode has enabled it. */
export const enabledBy =
  (bit: bigint, index: (typeof registers)[number] = 0): NonNullable<CsrRow["guard"]> =>
  ({ h }) =>
    h
      .get("privilege")
      .eq(machine)
      .or(h.get(`mstateen${index}`).and(bit).ne(0));

export const stateEnableCsrs: readonly CsrRow[] = registers.flatMap((index) => [
  stored(0x30c + index, `mstateen${index}`, implemented(index)),
  { ...fixed(0x10c + index, 0n), guard: enabledBy(stateEnable.own, index) },
]);
