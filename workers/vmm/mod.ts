/** The only door of the virtual-machine monitor. */
export { type ExitCategory, exitCategories } from "./base/exits.ts";
export { Failure } from "./base/failure.ts";
export type { Alarm, Timers } from "./base/timers.ts";
export type { Bytes, GuestPhysicalAddress, Instructions, Nanoseconds } from "./base/units.ts";
export type { WasmCompiler, WasmExports, WasmMemory } from "./base/wasm-compiler.ts";
export type {
  BlockBackend,
  BootConfig,
  ConsoleSink,
  Machine,
  MachineConfig,
  MachineResources,
  StopReason,
  TimeMode,
  VirtioConfig,
} from "./machine/config.ts";
export { ConsoleScript } from "./machine/console-script.ts";
export type { ConsoleStep, ConsoleStepReport } from "./machine/console-script-step.ts";
export { Monitor } from "./machine/monitor.ts";
