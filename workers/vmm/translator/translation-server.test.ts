import { describe, expect, test } from "vitest";
import { eagerHeat } from "../../../tests/support/eager-heat.ts";
import { failingCompiler } from "../../../tests/support/failing-compiler.ts";
import { loopsInARow } from "../../../tests/support/loops-in-a-row.ts";
import { outcomeOn } from "../../../tests/support/run-guest.ts";
import { compiler } from "../../host/compiler.ts";
import { nativeHash } from "../../host/native-hash.ts";
import type { WasmModule } from "../base/wasm-compiler.ts";
import { createTranslationServer, Monitor, type TranslationAnswer } from "../mod.ts";
import { decodeKeptCode } from "./kept-code.ts";
import type { TranslationRequest } from "./translation.ts";
import { TranslationServer } from "./translation-server.ts";

const memoryBytes = 2 ** 27;
const heat = { ...eagerHeat, joinArrivals: 0x7fff_ffff };

/** A server, and how many modules its host has compiled. */
function counting(own = compiler) {
  const counted = { modules: 0 };
  const compile = (code: Uint8Array) => {
    counted.modules++;
    return own.compile(code);
  };
  return { server: createTranslationServer({ ...own, compile }, memoryBytes), counted };
}

/** A monitor of which no code is compiled but by the server; and what the server has told it. */
function clientOf(server: TranslationServer) {
  let answers: readonly TranslationAnswer[] = server.kept;
  const told: TranslationAnswer[] = [];
  const translation = {
    request: (requests: Parameters<TranslationServer["answer"]>[0]) => {
      const news = server.answer(requests);
      told.push(...news);
      answers = [...answers, ...news];
    },
    take: () => {
      const taken = answers;
      answers = [];
      return taken;
    },
  };
  const compile = () => {
    throw new Error("compiled where it should not be");
  };
  const monitor = Monitor.create({
    ...{ memoryBytes, heat, translation },
    compiler: { ...compiler, compile },
  });
  const hear = (news: readonly TranslationAnswer[]) => {
    answers = [...answers, ...news];
  };
  return { monitor, told, hear };
}

const run = (monitor: Monitor, lines = loopsInARow(6)) => outcomeOn(monitor, lines, 30_000);

const alone = run(Monitor.create({ compiler, memoryBytes, heat }));

function keptCode(): Uint8Array {
  const monitor = Monitor.create({ compiler, memoryBytes, heat });
  run(monitor);
  return monitor.keepCode();
}

describe("one who translates for several", () => {
  test("compiles for the first what the others have without", () => {
    const { server, counted } = counting();
    const clients = [clientOf(server), clientOf(server), clientOf(server)];
    const modules = clients.map(({ monitor }) => {
      expect(run(monitor)).toEqual(alone);
      return counted.modules;
    });
    expect(modules[0]).toBeGreaterThan(0);
    expect(new Set(modules).size).toBe(1);
    expect(clients.map(({ monitor }) => monitor.translations.bytes > 0)).toEqual([
      true,
      false,
      false,
    ]);
  });

  test("gives each module once for all regions of it that are asked for at once", () => {
    const { server } = counting();
    const { monitor } = clientOf(server);
    run(monitor);
    const requests = keptShapes(monitor).map((shape, id) => ({ id, shape }));
    // All of them in one module now.
    const fresh = counting();
    fresh.server.answer(requests);
    const again = fresh.server.answer(requests);
    expect(fresh.counted.modules).toBe(1);
    expect(again).toHaveLength(1);
    expect(again[0]?.regions.map(({ id }) => id)).toEqual(requests.map(({ id }) => id));
  });

  test("answers what it cannot even begin with, too", () => {
    const { server } = counting(failingCompiler(compiler, () => true));
    const shape = Int32Array.of(1, 2, 3);
    const answers = server.answer([{ id: 7, shape }]);
    expect(answers.flatMap(({ regions }) => regions)).toMatchObject([{ id: 7, region: undefined }]);
    const none = undefined as unknown as Int32Array;
    expect(server.answer([{ id: 8, shape: none }])).toMatchObject([
      { module: undefined, regions: [{ id: 8, problem: expect.stringContaining("TypeError") }] },
    ]);
  });
});

describe("kept code that is given to one who translates for several", () => {
  const code = keptCode();

  test("is compiled once, and all have it: those that are there and those that come", () => {
    const { server, counted } = counting();
    const early = clientOf(server);
    early.hear(server.useKeptCode(code, nativeHash));
    const late = clientOf(server);
    for (const { monitor, told } of [early, late]) {
      expect(run(monitor)).toEqual(alone);
      expect(told).toEqual([]);
      expect(monitor.translations.reused).toBeGreaterThan(0);
    }
    expect(counted.modules).toBe(1);
  });

  test("answers those that ask all the same, as after their library had no room", () => {
    const { server, counted } = counting();
    server.useKeptCode(code);
    const requests = keptShapes(clientWith(server)).map((shape, id) => ({ id, shape }));
    expect(requests.length).toBeGreaterThan(3);
    const [answer] = server.answer(requests);
    expect(answer?.regions.every(({ region }) => region !== undefined)).toBe(true);
    expect(counted.modules).toBe(1);
  });

  test.each([
    ["is damaged", code.with(40, (code[40] ?? 0) ^ 1), compiler],
    ["is cut off", code.subarray(0, -5), compiler],
    ["is refused by the host", code, failingCompiler(compiler, (module) => module === 0)],
  ])("and %s, is as if there was none", (_, bytes, host) => {
    const { server } = counting(host);
    expect(server.useKeptCode(bytes)).toEqual([]);
    expect(server.kept).toEqual([]);
    const { monitor } = clientOf(server);
    expect(run(monitor)).toEqual(alone);
    expect(monitor.translations.regions).toBeGreaterThan(0);
  });
});

/** A monitor that knows what the server was given. */
function clientWith(server: TranslationServer): Monitor {
  const { monitor } = clientOf(server);
  run(monitor);
  return monitor;
}

function keptShapes(monitor: Monitor): Int32Array[] {
  return decodeKeptCode(monitor.keepCode()).map(({ shape }) => shape);
}

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
  const assemble = () => {
    throw new Error("nothing was kept");
  };
  const server = new TranslationServer({ write, assemble }, 2);
  const ask = (shape: number) => server.answer([{ id: 1, shape: Int32Array.of(shape) }]);
  for (const shape of [1, 2, 1, 3, 1, 2]) ask(shape);
  // The second was forgotten for the third: the first had been asked for meanwhile.
  expect(written).toEqual([1, 2, 3, 2]);
});
