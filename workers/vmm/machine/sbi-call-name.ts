/** What a call of the supervisor binary interface is called in reports of exits: `TIME.set_timer`. */
const extensions = new Map<number, readonly [name: string, functions: readonly string[]]>([
  [0x00, ["legacy", ["set_timer"]]],
  [0x01, ["legacy", ["console_putchar"]]],
  [0x02, ["legacy", ["console_getchar"]]],
  [0x03, ["legacy", ["clear_ipi"]]],
  [0x08, ["legacy", ["shutdown"]]],
  [
    0x10,
    [
      "BASE",
      [
        ...["get_spec_version", "get_impl_id", "get_impl_version", "probe_extension"],
        ...["get_mvendorid", "get_marchid", "get_mimpid"],
      ],
    ],
  ],
  [0x5449_4d45, ["TIME", ["set_timer"]]],
  [0x73_5049, ["IPI", ["send_ipi"]]],
  [0x5246_4e43, ["RFENCE", ["remote_fence_i", "remote_sfence_vma", "remote_sfence_vma_asid"]]],
  [0x48_534d, ["HSM", ["hart_start", "hart_stop", "hart_get_status", "hart_suspend"]]],
  [0x5352_5354, ["SRST", ["system_reset"]]],
  [0x4442_434e, ["DBCN", ["console_write", "console_read", "console_write_byte"]]],
  [
    0x50_4d55,
    [
      "PMU",
      [
        ...["num_counters", "counter_get_info", "counter_config_matching"],
        ...["counter_start", "counter_stop", "counter_fw_read"],
      ],
    ],
  ],
]);
/** The extensions of SBI 0.1, which have no functions. */
const lastLegacy = 0x0f;

/** @param extension of `a7` @param functionId of `a6` */
export function sbiCallName(extension: number, functionId: number): string {
  const known = extensions.get(extension);
  if (!known) return "unknown";
  const [name, functions] = known;
  return `${name}.${functions[extension <= lastLegacy ? 0 : functionId] ?? "unknown"}`;
}
