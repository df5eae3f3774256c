import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anyMessage } from "../../../tests/support/migration-messages.ts";
import { MigrationProblem } from "./migration-problem.ts";
import { decodeMessage, encodeMessage, messageKinds, negotiateVersion } from "./protocol.ts";

/** Throws on where the body fails with anything but a problem that has a name. */
function acceptOrRefuse<T>(body: () => T): T | undefined {
  try {
    return body();
  } catch (error) {
    expect(error).toBeInstanceOf(MigrationProblem);
    return undefined;
  }
}

describe("messages", () => {
  test("come back from their encoding as they were", () => {
    fc.assert(
      fc.property(anyMessage, (message) => {
        expect(decodeMessage(encodeMessage(message))).toEqual(message);
      }),
      { numRuns: 500 },
    );
  });

  test("have one encoding only: what is accepted is what would be written", () => {
    const damaged = fc
      .tuple(anyMessage, fc.nat(), fc.nat(255), fc.nat(3))
      .map(([message, at, byte, way]) => {
        const encoded = encodeMessage(message).slice();
        if (way === 0) return encoded.subarray(0, at % encoded.length);
        if (way === 1) return Uint8Array.of(...encoded, byte);
        encoded[at % encoded.length] = byte;
        return encoded;
      });
    const bytes = fc.oneof(fc.uint8Array({ maxLength: 100 }), damaged);
    let accepted = 0;
    fc.assert(
      fc.property(bytes, (encoded) => {
        const message = acceptOrRefuse(() => decodeMessage(encoded));
        if (!message) return;
        accepted++;
        expect(encodeMessage(message)).toEqual(encoded);
      }),
      { numRuns: 2000 },
    );
    expect(accepted).toBeGreaterThan(0);
  });

  test("say of a list that it is too long before they take the room for it", () => {
    const hello = messageKinds.indexOf("hello");
    const huge = Uint8Array.of(hello, 1, 1, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x0f);
    expect(() => decodeMessage(huge)).toThrow("more than 64 items");
  });
});

describe("versions", () => {
  test("are the newest that both speak", () => {
    expect(negotiateVersion({ least: 1, newest: 5 }, { least: 2, newest: 3 })).toBe(3);
    expect(negotiateVersion({ least: 1, newest: 2 }, { least: 2, newest: 3 })).toBe(2);
  });

  test("are refused where there is none that both speak", () => {
    const older = { least: 1, newest: 2 };
    const newer = { least: 3, newest: 4 };
    for (const [theirs, ours] of [
      [older, newer],
      [newer, older],
    ] as const) {
      expect(() => negotiateVersion(theirs, ours)).toThrow(
        expect.objectContaining({ code: "migration-version-unknown" }),
      );
    }
  });
});
