/**
 * Cache-block instructions of Zicbom and Zicboz (unprivileged manual, chapter "CMO"). The memory is
 * coherent with all agents: managing a block changes nothing, but may fault.
 *
 * Whether the instruction is enabled is the caller's to check. What faults names the address in the
 * instruction, wherever in the block it points, and is a store's fault.
 */
import type { FunctionBuilder } from "../base/wasm/function-builder.ts";
import type { Callee, ModuleBuilder } from "../base/wasm/module-builder.ts";
import { type I32, type I64, i64 } from "../base/wasm/value.ts";
import { HartFields } from "../isa/hart-layout.ts";
import { access } from "../mmu/access.ts";
import type { PhysicalMemory } from "../mmu/physical-memory.ts";
import type { Walk } from "../mmu/walk.ts";
import type { ContextFunctions } from "./context.ts";
import type { MemoryAccess } from "./memory-access.ts";
import { exception, machine, supervisor } from "./privilege.ts";
import type { TrapFunctions } from "./trap.ts";
import { hasTriggers } from "./trigger-csrs.ts";
import { type Triggers, triggerKinds } from "./triggers.ts";

export const cacheBlockBytes = 64;

export interface CacheBlocks {
  /** (hart, address): faults unless the block may be loaded from. */
  readonly manage: Callee<readonly ["i32", "i64"], undefined>;
  /** (hart, address): stores zeros to the block. */
  readonly zero: Callee<readonly ["i32", "i64"], undefined>;
}

interface Parts {
  readonly memory: PhysicalMemory;
  readonly walk: Walk;
  readonly context: ContextFunctions;
  readonly traps: TrapFunctions;
  readonly access: MemoryAccess;
  readonly triggers: Triggers;
}

/** From a load's exception cause to the store's of the same kind. */
const storeAfterLoad = exception.storeAccess - exception.loadAccess;

export function buildCacheBlocks(module: ModuleBuilder, parts: Parts): CacheBlocks {
  const { memory, walk, context, traps } = parts;

  /** The block's physical address; a block that may not be accessed returns from the function. */
  const translate = (f: FunctionBuilder, hart: I32, address: I64, kind: "load" | "store") => {
    const block = address.and(-cacheBlockBytes);
    const privilege = context.dataPrivilege.call(hart);
    const physical = f.let(
      walk.translate.call(hart, block, access[kind], privilege, cacheBlockBytes),
    );
    f.if(physical.eq(-1), () => {
      const offset = kind === "load" ? storeAfterLoad : 0;
      f.do(traps.raise.call(hart, walk.cause.get().add(offset), address));
      f.return();
    });
    return physical;
  };

  const failUnlessMemory = (f: FunctionBuilder, hart: I32, address: I64, target: I32) =>
    f.if(target.eqz(), () => {
      f.do(traps.raise.call(hart, exception.storeAccess, address));
      f.return();
    });

  const manage = module.function(["i32", "i64"], undefined, (f, hart, address) => {
    const physical = translate(f, hart, address, "load");
    failUnlessMemory(f, hart, address, memory.readable.call(hart, physical));
  });

  const zero = module.function(["i32", "i64"], undefined, (f, hart, address) => {
    f.if(hasTriggers(new HartFields(f, hart), address, "dataPage"), () => {
      const whole = address.and(-cacheBlockBytes);
      const kind = triggerKinds.store;
      f.if(parts.triggers.match.call(hart, whole, cacheBlockBytes, kind), () => {
        f.do(traps.raise.call(hart, exception.breakpoint, address));
        f.return();
      });
    });
    const physical = translate(f, hart, address, "store");
    const target = memory.writable.call(hart, physical, cacheBlockBytes);
    failUnlessMemory(f, hart, address, target);
    // All bytes of the block may be stored to now: the ordinary path cannot fault on the way.
    const i = f.local("i32");
    const block = f.let(address.and(-cacheBlockBytes));
    f.loop((again) => {
      f.do(parts.access.storePart.call(hart, block.add(i.extendU()), 8, i64.const(0)));
      i.set(i.add(8));
      f.branchIf(i.ltU(cacheBlockBytes), again);
    });
  });

  return { manage, zero };
}

/** Whether `menvcfg` and `senvcfg` enable an instruction of the given field below machine mode. */
export function isEnabled(h: HartFields, field: bigint): I32 {
  const privilege = h.get("privilege");
  const byMachine = h.get("menvcfg").and(field).ne(0);
  const bySupervisor = h.get("senvcfg").and(field).ne(0);
  return privilege.eq(machine).or(byMachine.and(privilege.eq(supervisor).or(bySupervisor)));
}
