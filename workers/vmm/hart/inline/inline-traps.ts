/**
 * The traps that are inlined, which are those of a system call: `ecall` from U-mode that S-mode
 * handles, and `sret`. They count as exits as those do that `step` executes.
 */
import { type I64, i32, i64 } from "../../base/wasm/value.ts";
import { HartFields } from "../../isa/hart-layout.ts";
import { exception, mstatus, supervisor, user } from "../privilege.ts";
import { trapLevels } from "../trap-levels.ts";
import type { InlineState } from "./inline-state.ts";

export function inlineCall(state: InlineState, pc: I64): void {
  const { f, hart } = state;
  const h = new HartFields(f, hart);
  state.leaveUnless(h.get("privilege").eq(user).and(h.get("inlinesPrivileged")));
  state.leaveUnless(h.get("medeleg").shrU(exception.callFromUser).wrap().and(1));
  h.set("exceptions", h.get("exceptions").add(1));
  h.count("exception");
  const code = i32.const(exception.callFromUser);
  const cause = { code, isInterrupt: i32.const(0), trapValue: i64.const(0), pc };
  state.goTo(trapLevels.enter(f, h, "supervisor", cause));
}

export function inlineReturn(state: InlineState): void {
  const { f, hart } = state;
  const h = new HartFields(f, hart);
  state.leaveUnless(h.get("privilege").eq(supervisor).and(h.get("inlinesPrivileged")));
  state.leaveUnless(h.get("mstatus").and(mstatus.tsr).eqz());
  h.count("privileged");
  state.goTo(trapLevels.leave(f, h, "supervisor"));
}
