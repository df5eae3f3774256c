/** The door of the virtual-machine monitor; `keeper.ts` is a small one beside it. */
export { type ExitCategory, exitCategories, guestExits, monitorExits } from "./base/exits.ts";
export { Failure } from "./base/failure.ts";
export type { HashStart } from "./base/hash-start.ts";
export { LogHistogram, type LogHistogramState } from "./base/log-histogram.ts";
export type { Alarm, Timers } from "./base/timers.ts";
export { TranslationTrap } from "./base/translation-trap.ts";
export type { Bytes, GuestPhysicalAddress, Instructions, Nanoseconds } from "./base/units.ts";
export type {
  WasmCompiler,
  WasmExports,
  WasmImports,
  WasmMemory,
  WasmModule,
  WasmTable,
} from "./base/wasm-compiler.ts";
export { Loopback } from "./devices/network/loopback.ts";
export { NetHub } from "./devices/network/net-hub.ts";
export { NoNetwork } from "./devices/network/no-network.ts";
export { networkLatency } from "./devices/network/travel-time.ts";
export { codePageNumbers } from "./interpreter/code-cache.ts";
export { engineModule } from "./interpreter/engine-module.ts";
export type { HeatPolicy } from "./interpreter/execute.ts";
export {
  floatNames as floatRegisterNames,
  integerNames as integerRegisterNames,
} from "./isa/operand-names.ts";
export type {
  BlockBackend,
  BootConfig,
  ConsoleSink,
  EngineName,
  Machine,
  MachineConfig,
  MachineResources,
  NetBackend,
  TimeMode,
  VirtioConfig,
} from "./machine/config.ts";
export { ConsoleScript, type ConsoleScriptState } from "./machine/console-script.ts";
export type { ConsoleStep, ConsoleStepReport, StepMark } from "./machine/console-script-step.ts";
export { createTranslationServer } from "./machine/create-translation.ts";
export {
  type DebugInstruction,
  type DebugMapping,
  type DebugPort,
  debugRegisters,
} from "./machine/debug-port.ts";
export { elfSymbolTable } from "./machine/elf-symbol-table.ts";
export type { ExitPartCounts } from "./machine/exit-parts.ts";
export { addExitTimes, type ExitTimes, noExitTimes, type SeenExit } from "./machine/exit-times.ts";
export { Lockstep } from "./machine/lockstep.ts";
export { decodeMachine, encodeMachine, ramOfManifest } from "./machine/machine-sections.ts";
export type { MachineState } from "./machine/machine-state.ts";
export type { MemoryShare } from "./machine/memory-share.ts";
export { Monitor } from "./machine/monitor.ts";
export { type NeededPages, neededPages } from "./machine/needed-pages.ts";
export { otherParts } from "./machine/parts-by-category.ts";
export {
  type OpenSnapshot,
  openSnapshot,
  peekSection,
  readSnapshot,
  sealSnapshot,
  verifySnapshot,
  writeSnapshot,
} from "./machine/snapshot-file.ts";
export type { StopReason } from "./machine/stop-reason.ts";
export type { Watchpoint } from "./machine/watchpoint.ts";
export type { PageLog } from "./memory/page-log.ts";
export type { PageSource } from "./memory/page-source.ts";
export type { RamContent, RamImage } from "./memory/ram-image.ts";
export type { RamPort } from "./memory/ram-port.ts";
export type { AheadContent } from "./migration/ahead-content.ts";
export type { Authority, Ownership } from "./migration/authority.ts";
export type { Compression } from "./migration/compression.ts";
export type { FaultPoint } from "./migration/fault-points.ts";
export { FrameSplitter } from "./migration/frames.ts";
export type { ConvergenceLimits } from "./migration/is-converged.ts";
export type { KnownContent } from "./migration/known-content.ts";
export type { MigrationChannel } from "./migration/migration-channel.ts";
export {
  type DestinationOptions,
  MigrationDestination,
} from "./migration/migration-destination.ts";
export { MigrationProblem, type MigrationProblemCode } from "./migration/migration-problem.ts";
export { MigrationSource, type SourceOptions } from "./migration/migration-source.ts";
export type { MigrationStatistics } from "./migration/migration-statistics.ts";
export { PageEncoder } from "./migration/page-encoder.ts";
export type {
  OpenPacker,
  OrderedPage,
  PackedBatch,
  PackingOptions,
  PagePacker,
} from "./migration/page-packer.ts";
export type { MigrationMode } from "./migration/protocol.ts";
export { rehearsePages } from "./migration/rehearse-pages.ts";
export { RoundRobin } from "./scheduler/round-robin.ts";
export type { Milliseconds, VcpuScheduler } from "./scheduler/vcpu-scheduler.ts";
export type { Checksum, Sections } from "./snapshot/container.ts";
export { decodeValue } from "./snapshot/decode-value.ts";
export { encodeValue } from "./snapshot/encode-value.ts";
export { buildRamManifest, pageHash, type RamManifest } from "./snapshot/ram-manifest.ts";
export type {
  TranslationAnswer,
  TranslationRequest,
  TranslationService,
} from "./translator/translation.ts";
export type { TranslationProblem } from "./translator/translation-problem.ts";
