import { describe, expect, test } from "vitest";
import { pathFilter } from "./path-filter.ts";

const configuration = `# documentation
path-exclude=/usr/share/doc/*
path-include=/usr/share/doc/*/copyright
path-exclude=/lib/a?c.[x]
no-debsig
`;

describe("dpkg's filter of paths", () => {
  const isLeftOut = pathFilter(configuration);

  test("leaves out what is excluded, slashes in wildcards and all", () => {
    expect(isLeftOut("/usr/share/doc/bash/examples/one")).toBe(true);
    expect(isLeftOut("/usr/share/docs")).toBe(false);
    expect(isLeftOut("/usr/bin/bash")).toBe(false);
  });

  test("lets the last line that matches decide", () => {
    expect(isLeftOut("/usr/share/doc/bash/copyright")).toBe(false);
  });

  test("takes everything but * and ? as it stands", () => {
    expect(isLeftOut("/lib/abc.[x]")).toBe(true);
    expect(isLeftOut("/lib/abc.x")).toBe(false);
    expect(isLeftOut("/lib/abbc.[x]")).toBe(false);
  });
});
