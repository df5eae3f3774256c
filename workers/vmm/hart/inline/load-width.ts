import { type I32, type I64, i64 } from "../../base/wasm/value.ts";
import type { Extension, Width } from "../../isa/semantics.ts";

/** The `width` bytes at a machine address as a register holds them. */
export function loadWidth(address: I32, width: Width, extension: Extension): I64 {
  const signed = extension === "signed";
  if (width === 1) return signed ? i64.load8S(address) : i64.load8U(address);
  if (width === 2) return signed ? i64.load16S(address) : i64.load16U(address);
  if (width === 4) return signed ? i64.load32S(address) : i64.load32U(address);
  return i64.load(address);
}
