import { describe, expect, test } from "vitest";
import { parseListing } from "./parse-listing.ts";

const listing = `drwxr-xr-x root/root         0 2025-04-19 10:20 ./
drwxrwxrwt root/root         0 2026-07-17 17:05 ./var/tmp/
-rwxr-sr-x root/shadow   97176 2025-04-19 10:20 ./usr/bin/chage
-rwsr-xr-- root/root     54408 2025-04-19 10:20 ./usr/bin/a name -> with an arrow
lrwxrwxrwx root/root         0 2025-04-19 10:20 ./bin -> usr/bin
hrwxr-xr-x root/root         0 2025-03-04 03:37 ./usr/lib/gzip link to ./usr/lib/gunzip
`;

describe("the listing of a package", () => {
  const files = parseListing(listing);

  test("gives paths without what stands behind them", () => {
    expect(files.map(({ path }) => path)).toEqual([
      "/.",
      "/var/tmp",
      "/usr/bin/chage",
      "/usr/bin/a name -> with an arrow",
      "/bin",
      "/usr/lib/gzip",
    ]);
  });

  test("gives modes and owners as chmod and chown take them", () => {
    expect(files.map(({ mode }) => mode)).toEqual(["755", "1777", "2755", "4754", "777", "755"]);
    expect(files[2]?.owner).toBe("root:shadow");
  });

  test("tells folders and symbolic links from files", () => {
    expect(files.map(({ isFolder }) => isFolder)).toEqual([true, true, false, false, false, false]);
    expect(files.findIndex(({ isSymbolicLink }) => isSymbolicLink)).toBe(4);
  });

  test("of another form is refused", () => {
    expect(() => parseListing("total 12")).toThrow(/no line of a package's listing: total 12/);
  });
});
