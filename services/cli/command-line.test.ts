import { expect, test } from "vitest";
import { runCommandLine } from "./command-line.ts";

async function trapline(...words: string[]) {
  let out = "";
  let err = "";
  const status = await runCommandLine(words, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
  });
  return { status, out, err };
}

test.each(["--help", "-h", "help"])("%s lists the commands", async (word) => {
  const { status, out } = await trapline(word);
  expect(status).toBe(0);
  for (const name of ["serve", "submit", "result", "qemu"]) {
    expect(out).toContain(`\n  ${name} `);
  }
});

test("no command at all is told how it is used, with status 1", async () => {
  const { status, out, err } = await trapline();
  expect({ status, out }).toEqual({ status: 1, out: "" });
  expect(err).toContain("usage: trapline");
});

test.each([
  ["help", "qemu"],
  ["qemu", "--help"],
  ["qemu", "-kernel", "x", "-help"],
])("%s %s shows the help of one command", async (...words) => {
  const { status, out } = await trapline(...words);
  expect(status).toBe(0);
  expect(out).toContain("usage: trapline qemu");
});

test("the part of a command that is named before --help has the command's help", async () => {
  const { status, out } = await trapline("store", "usage", "--help");
  expect(status).toBe(0);
  expect(out).toContain("usage: trapline store");
});

test("--version prints the version", async () => {
  expect((await trapline("--version")).out).toMatch(/^trapline \d+\.\d+\.\d+\n$/);
});

test.each(["qmeu", "constructor", "__proto__"])(
  "the unknown command %s is refused with the nearest one",
  async (name) => {
    const { status, out, err } = await trapline(name);
    expect({ status, out }).toEqual({ status: 1, out: "" });
    expect(err).toContain(`there is no command '${name}'; the nearest is '`);
  },
);

test("an option that cannot be used gives a sentence, a hint and status 1", async () => {
  const { status, out, err } = await trapline("qemu", "-kernal", "x");
  expect({ status, out }).toEqual({ status: 1, out: "" });
  expect(err).toBe(
    "trapline: -kernal: unknown option; the nearest known one is -kernel\n" +
      "  `trapline qemu -help` lists all options\n",
  );
});
