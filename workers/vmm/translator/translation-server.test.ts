import { expect, test } from "vitest";
import type { WasmModule } from "../base/wasm-compiler.ts";
import type { TranslationRequest } from "./translation.ts";
import { TranslationServer } from "./translation-server.ts";

test("a server that knows as much as it may forgets what nobody has asked for for longest", () => {
  const written: number[] = [];
  const write = (requests: readonly TranslationRequest[]) =>
    requests.map(({ id, shape }) => {
      written.push(shape[0] ?? 0);
      const body = { bytes: new Uint8Array(), unlikely: [] };
      return {
        module: {} as WasmModule,
        bytes: 1,
        regions: [{ id, region: { name: "0", entries: [0], body } }],
      };
    });
  const server = new TranslationServer({ write }, 2);
  const ask = (shape: number) => server.answer([{ id: 1, shape: Int32Array.of(shape) }]);
  for (const shape of [1, 2, 1, 3, 1, 2]) ask(shape);
  // The second was forgotten for the third: the first had been asked for meanwhile.
  expect(written).toEqual([1, 2, 3, 2]);
});
