/**
 * `npm run screenshots`: the pictures of docs/console.md, of real runs. Debian's Linux does the same work
 * with two engines; the second run moves from a worker under Node to one under Deno. What has a profile is a
 * small program that is compiled for it.
 */
import { openAsBlob } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Page } from "playwright-core";
import { ensureLinuxImage } from "../deploy/images/linux/ensure-linux-image.ts";
import { ApiClient } from "../services/cli/client/api-client.ts";
import { startService } from "../services/cli/commands/serve-service.ts";
import { compileToProfile } from "../tests/guests/compile.ts";
import { openBrowser } from "../tests/support/open-browser.ts";

const pictures = join(import.meta.dirname, "../docs/images");
/** Of a part's picture, in pixels: more of the same says nothing more. */
const tallest = 700;
const wide = { width: 1280, height: 900 };

/** What the guest does, in the order in which it is asked to. */
const work = [
  ["Starts processes", "for i in $(seq 300); do /bin/busybox true; done; echo did $((1 + 0))"],
  [
    "Writes to the console",
    "for i in $(seq 1500); do echo line $i of the report; done; echo did $((1 + 1))",
  ],
  ["Computes", "i=0; while [ $i -lt 150000 ]; do i=$((i + 1)); done; echo did $((1 + 2))"],
  ["Fills memory", "head -c 60000000 /dev/zero > /tmp/zeros; rm /tmp/zeros; echo did $((1 + 3))"],
  [
    "Starts processes again",
    "for i in $(seq 300); do /bin/busybox true; done; echo did $((1 + 4))",
  ],
] as const;

function assignment(engine: string): string {
  const steps = work.flatMap(([name, command], index) => [
    `  - send: "${command}\\n"`,
    `  - { name: ${name}, expect: "^did ${index + 1}$", within: 9G, points: 1 }`,
    `  - { expect: "^~ # ", within: 1G }`,
  ]);
  return `name: ${engine}
title: An afternoon of a shell (${engine})
artefacts:
  - { name: kernel, description: a kernel, max-bytes: 64M, format: linux-image }
machine:
  ram: 256M
  firmware: sbi
  engine: ${engine}
  kernel: { submission: kernel }
  initrd: { image: linux }
  command-line: console=ttyS0 cryptomgr.notests initcall_blacklist=jent_mod_init
limits: { instructions: 60G, output: 8M, wall-clock: 10m }
steps:
  - { name: Boots, expect: "^~ # ", within: 9G, points: 1 }
${steps.join("\n")}
`;
}

const profiled = `name: sorting
title: Two ways to sort
artefacts:
  - { name: kernel, description: a program, max-bytes: 1M, format: elf }
machine:
  ram: 64M
  firmware: none
  kernel: { submission: kernel }
limits: { instructions: 60G, output: 8M, wall-clock: 10m }
profile: { period: 100003 }
steps:
  - { name: Begins, expect: "begin", within: 9G, points: 1 }
  - { name: Ends, exit-code: 0, within: 9G, points: 1 }
`;

const say = (line: string) => process.stdout.write(`${line}\n`);
const { kernel } = ensureLinuxImage({ say });
const folder = await mkdtemp(join(tmpdir(), "trapline-pictures-"));
for (const engine of ["translate", "trap-and-emulate"]) {
  await mkdir(join(folder, engine));
  await writeFile(join(folder, engine, "assignment.yaml"), assignment(engine));
}
await mkdir(join(folder, "sorting"));
await writeFile(join(folder, "sorting", "assignment.yaml"), profiled);
const program = join(folder, "sorting.elf");
compileToProfile("bench-sort", program);
await mkdir(pictures, { recursive: true });
const service = await startService({
  ...{ runtime: ["node", "deno"], workers: 2, port: 0, assignments: folder, onNews: say },
});
const browser = await openBrowser();
try {
  const api = new ApiClient(service.apiUrl);
  const image = await openAsBlob(kernel);
  const submit = async (name: string, handedIn = image) => {
    const form = new FormData();
    form.append("assignment", name);
    form.append("kernel", handedIn, "kernel");
    return (await api.submit(form)).id;
  };
  const until = async (id: string, step: number) => {
    for (;;) {
      const { state, progress } = await api.submission(id);
      if (state !== "queued" && state !== "running") return;
      if ((progress?.step ?? 0) >= step) return;
      await sleep(100);
    }
  };
  const open = async (path: string, scheme: "light" | "dark" = "light", viewport = wide) => {
    const context = await browser.newContext({
      baseURL: service.apiUrl,
      viewport,
      colorScheme: scheme,
    });
    const page = await context.newPage();
    await page.goto(path);
    return page;
  };
  const shoot = async (page: Page, name: string, part?: string) => {
    const path = join(pictures, `console-${name}.png`);
    if (part === undefined) await page.screenshot({ path });
    else {
      const panel = page.getByRole("region", { name: part });
      // A part of the whole page is counted from its top.
      await page.evaluate("scrollTo(0, 0)");
      const box = await panel.boundingBox();
      if (box === null) throw new Error(`${part} is not to be seen`);
      const clip = { ...box, height: Math.min(box.height, tallest) };
      await page.screenshot({ path, clip, fullPage: true });
    }
    say(path);
  };

  const trapped = await submit("trap-and-emulate");
  await until(trapped, Number.POSITIVE_INFINITY);
  const translated = await submit("translate");
  await until(translated, 1);
  const live = await open(`/runs/${translated}`);
  await live.getByText("The last stretch").waitFor();
  const [move] = await api.migrate(translated, undefined, "precopy");
  await until(translated, 11);
  await shoot(live, "overheads");
  await until(translated, Number.POSITIVE_INFINITY);

  await live
    .getByRole("article", { name: `to ${move?.to}` })
    .locator("summary")
    .click();
  await shoot(live, "moves", "Workers and moves");
  await live.goto(`/runs/${translated}?compare=${trapped}`);
  await live.setViewportSize({ width: 860, height: 900 });
  await live.getByRole("table", { name: `${translated} and ${trapped}` }).waitFor();
  await shoot(live, "compare", "Beside another run");
  const dark = await open(`/runs/${trapped}`, "dark", { width: 1280, height: 640 });
  await dark.getByRole("button", { name: "Exits only" }).click();
  await shoot(dark, "dark");
  await dark.setViewportSize({ width: 800, height: 900 });
  await dark.getByRole("combobox", { name: "Category" }).selectOption("mmu.fill");
  await shoot(dark, "histogram", "How long they take");
  const narrow = await open(`/runs/${translated}`, "light", { width: 400, height: 900 });
  await narrow.getByRole("table", { name: "Exits by category" }).waitFor();
  await shoot(narrow, "narrow");

  const sorting = await submit("sorting", await openAsBlob(program));
  await until(sorting, Number.POSITIVE_INFINITY);
  const flames = await open(`/runs/${sorting}`, "light", { width: 1000, height: 900 });
  await flames.getByRole("tree").waitFor();
  await shoot(flames, "flame", "What the guest does");

  const others = await Promise.all(["translate", "trap-and-emulate"].map((name) => submit(name)));
  await Promise.all(others.map((id) => until(id, 1)));
  await live.setViewportSize({ width: 1280, height: 510 });
  await live.goto("/");
  const list = live.getByRole("table", { name: "Runs that are under way" });
  await Promise.all(others.map((id) => list.getByText(id).waitFor()));
  await list.getByText(/^step/).nth(1).waitFor();
  await shoot(live, "runs");
} finally {
  await browser.close();
  await service.stop();
  await rm(folder, { recursive: true, force: true });
}
