/**
 * Says on standard error what each thread of a program of Node compiles, as it does: of a module that
 * has the monitor's memory a line `compiled THREAD HASH`, and behind it of each of its functions a line
 * `function THREAD HASH`. For `node --import`.
 */
import { createHash } from "node:crypto";
import { writeSync } from "node:fs";
import { threadId } from "node:worker_threads";

const codeSection = 10;
const hashOf = (bytes) => createHash("sha256").update(bytes).digest("hex");

/** An unsigned LEB128 number at a place, and the place behind it (WebAssembly, 5.2.2). */
function numberAt(code, place) {
  let [value, scale, at] = [0, 1, place];
  for (;;) {
    const byte = code[at++];
    value += (byte & 127) * scale;
    scale *= 128;
    if (byte < 128) return [value, at];
  }
}

function* bodiesOf(code) {
  for (let at = 8; at < code.length; ) {
    const id = code[at];
    const [size, content] = numberAt(code, at + 1);
    at = content + size;
    if (id !== codeSection) continue;
    let [left, place] = numberAt(code, content);
    for (; left > 0; left--) {
      const [bytes, body] = numberAt(code, place);
      yield code.subarray(body, body + bytes);
      place = body + bytes;
    }
  }
}

const { Module } = WebAssembly;
WebAssembly.Module = new Proxy(Module, {
  construct(target, [code], newTarget) {
    const module = Reflect.construct(target, [code], newTarget);
    if (Module.imports(module).some(({ kind }) => kind === "memory")) {
      const functions = [...bodiesOf(code)].map((body) => `function ${threadId} ${hashOf(body)}\n`);
      writeSync(2, [`compiled ${threadId} ${hashOf(code)}\n`, ...functions].join(""));
    }
    return module;
  },
});
