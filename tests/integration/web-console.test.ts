import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import axe from "axe-core";
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, onTestFailed, test } from "vitest";
import { type RunExits, runExitsSchema } from "../../shared/schema/run-exits.ts";
import { formatDuration } from "../../shared/telemetry/format-duration.ts";
import { openBrowser } from "../support/open-browser.ts";
import { rawGuest } from "./raw-guest.ts";
import { startTestService, type TestService } from "./test-service.ts";
import { twoFunctionsGuest } from "./two-functions-guest.ts";
import { workingGuest } from "./working-guest.ts";

let service: TestService;
let browser: Browser;
let page: Page;
/** What the browser complains about; a test that expects something takes it out. */
let complaints: string[] = [];

/** Takes whatever is told, and says nothing. */
const collector = createServer((request, response) => {
  request.resume().on("end", () => response.end());
});

beforeAll(async () => {
  await once(collector.listen(0, "127.0.0.1"), "listening");
  [service, browser] = await Promise.all([
    startTestService("node", {
      TRAPLINE_TRACE_URL: "https://traces.example/{trace}",
      // So that submissions have traces.
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(collector.address() as AddressInfo).port}`,
      TRAPLINE_GRACE: "30000",
      TRAPLINE_LOCK: "15000",
    }),
    openBrowser(),
  ]);
});
afterAll(async () => {
  await Promise.all([service?.stop(), browser?.close()]);
  collector.close();
});

beforeEach(async () => {
  onTestFailed(() => console.log(service.news.join("\n")));
  page = await openPage();
});
afterEach(async () => {
  await page?.context().close();
  expect(complaints.splice(0)).toEqual([]);
});

async function openPage(options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ baseURL: service.api.base, ...options });
  // What is waited for may be the end of a guest that computes: the test's own patience is what counts.
  context.setDefaultTimeout(150_000);
  const opened = await context.newPage();
  opened.on("pageerror", (error) => complaints.push(error.message));
  opened.on("console", (message) => {
    const { url } = message.location();
    // A browser reports each answer that is no 2xx, also where "not yet" is what is asked for.
    const isNotYet = /\/(exits|profile)$/.test(url) && message.text().includes("404");
    if (message.type() === "error" && !isNotYet) complaints.push(`${message.text()} ${url}`);
  });
  return opened;
}

/** What an automatic check for accessibility finds on the page as it stands. */
async function faultsOf(opened: Page): Promise<string[]> {
  await opened.evaluate(axe.source);
  const { violations } = await opened.evaluate(() =>
    (globalThis as unknown as { axe: typeof axe }).axe.run(),
  );
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}

async function exitsOf(id: string): Promise<RunExits> {
  const response = await fetch(`${service.api.base}/v1/submissions/${id}/exits`);
  return runExitsSchema.parse(await response.json());
}

/** The table's rows as texts, a list of cells each. */
async function cellsOf(table: Locator): Promise<string[][]> {
  await table.waitFor();
  const rows = await table.locator("tbody tr").all();
  return Promise.all(rows.map((row) => row.locator("th, td").allInnerTexts()));
}

test("a run is found in the list, its chart moves, and its table says what the API says", async () => {
  const id = await service.submit("work", workingGuest(110));
  await page.goto("/");
  await page.getByRole("table", { name: "Runs that are under way" }).getByText(id).click();
  await page.getByRole("heading", { name: id }).waitFor();
  const viewer = page.getByRole("link", { name: "open in the viewer" });
  expect(await viewer.getAttribute("href")).toMatch(/^https:\/\/traces\.example\/[0-9a-f]{32}$/);
  await page.getByText("The last stretch").waitFor();
  const [move] = await service.api.migrate(id, undefined, "precopy");
  await page.getByText("The chart as a table").click();
  const stretches = page.getByRole("table", { name: "stretch by stretch" }).locator("tbody tr");
  const before = await stretches.count();
  await stretches.nth(before).waitFor();
  await page.getByRole("article", { name: `to ${move?.to}` }).waitFor();
  await page.getByText("guest stands still").waitFor({ state: "attached" });
  await page.getByText("graded", { exact: true }).waitFor();
  await page.getByText("live", { exact: true }).waitFor({ state: "detached" });

  await page.getByText("In all:").waitFor();
  await page.locator(".plot").hover({ position: { x: 200, y: 100 } });
  await page.getByText("In all:").waitFor({ state: "detached" });

  const told = await exitsOf(id);
  await page.getByText(`${told.total.instructions.toLocaleString("en")} instructions`).waitFor();
  const shown = await cellsOf(page.getByRole("table", { name: "Exits by category" }));
  const expected = told.total.rows
    .filter(({ count, time }) => count > 0 || time !== undefined)
    .map(({ category, count, time }) => [
      ...[category, count.toLocaleString("en")],
      ...(time
        ? [time.total, time.min, time.mean, time.p50, time.p99, time.max]
        : Array(6).fill("")),
    ]);
  const seen = shown.map(([name, count, _share, total, _timeShare, ...durations]) => [
    ...[name?.split(/\s/)[0], count, total],
    ...durations,
  ]);
  const textOf = (cell: string | number) =>
    typeof cell === "number" ? formatDuration(cell) : cell;
  const byName = (a: readonly unknown[], b: readonly unknown[]) =>
    String(a[0]) < String(b[0]) ? -1 : 1;
  expect(seen.sort(byName)).toEqual(expected.map((row) => row.map(textOf)).sort(byName));
  expect(await faultsOf(page)).toEqual([]);

  await page.getByLabel("Part of the run").selectOption("step 2: Works");
  expect(page.url()).toContain("step=2");
  const [, works] = told.steps;
  const count = works?.report.rows.reduce((sum, row) => sum + row.count, 0);
  await page.getByText(`${count?.toLocaleString("en")} exits in`).waitFor();
});

test("two runs stand beside each other, also on a narrow dark page", async () => {
  const [first, second] = await Promise.all(
    ["hello", "hello, and more"].map(async (print) => {
      const id = await service.submit("greet", rawGuest({ print, ending: { exit: 0 } }));
      await service.ended(id);
      return id;
    }),
  );
  await page.context().close();
  page = await openPage({ viewport: { width: 400, height: 800 }, colorScheme: "dark" });
  await page.goto(`/runs/${first}`);
  await page.getByLabel("Id of the other run").fill(second ?? "");
  await page.getByRole("button", { name: "Compare" }).click();
  const rows = await cellsOf(page.getByRole("table", { name: `Exits of ${first} and ${second}` }));
  const written = rows.find(([name]) => name === "mmio.write");
  expect(written?.slice(1, 4)).toEqual(["6", "16", "×2.67"]);
  expect(page.url()).toContain(`compare=${second}`);
  expect(await faultsOf(page)).toEqual([]);
  expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBe(0);
});

test("the console is read along, and what a guest writes stays text", async () => {
  const print = "hello <img src=x onerror=alert(1)>\u001b[2J";
  const id = await service.submit("greet", rawGuest({ print, ending: { exit: 0 } }));
  await page.goto(`/runs/${id}`);
  await page.getByRole("link", { name: "Console" }).click();
  await page.getByRole("log").getByText("hello <img src=x onerror=alert(1)>").waitFor();
  await page.getByText("the run has ended").waitFor();
  expect(await faultsOf(page)).toEqual([]);
});

test("an id that nobody knows is said to be one", async () => {
  await page.goto("/runs/s-aaaaaaaaaaaaaaaa");
  await page.getByText("There is no such run").waitFor();
  expect(complaints.splice(0)).toEqual([expect.stringContaining("404")]);
  await page.goto("/runs/nonsense");
  await page.getByText("There is no such run").waitFor();
  expect(await faultsOf(page)).toEqual([]);
});

test("while the API is away, or another one, the page says so and keeps what it has", async () => {
  await page.goto("/");
  await page.getByRole("table", { name: "Workers" }).waitFor();
  await page.context().setOffline(true);
  await page.getByRole("alert").getByText("does not answer").waitFor();
  await page.getByRole("table", { name: "Workers" }).waitFor();
  await page.context().setOffline(false);
  await page.getByRole("alert").waitFor({ state: "detached" });
  complaints = complaints.filter((text) => !text.includes("ERR_INTERNET_DISCONNECTED"));

  const json = { workers: [{ called: "worker-1" }] };
  await page.route("**/v1/workers", (route) => route.fulfill({ json }));
  await page.getByRole("alert").getByText("Load the page again").waitFor();
});

test("the profile of a run is a flame graph, walked and widened by the keyboard alone", async () => {
  const id = await service.submit("sampled", twoFunctionsGuest());
  await service.ended(id);
  await page.goto(`/runs/${id}`);
  const frame = (name: string) => page.getByRole("treeitem", { name: new RegExp(`^${name}, `) });
  await frame("all").focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.getByText(/^sort: 7[45]\.\d % of \d+ samples$/).waitFor();
  await page.keyboard.press("ArrowRight");
  await page.getByText(/^copy: 2[56]\.\d % of/).waitFor();
  await page.keyboard.press("Enter");
  await frame("sort").waitFor({ state: "detached" });
  await page.keyboard.press("Escape");
  await frame("sort").waitFor();
  await page.getByLabel("Find").fill("SORT");
  expect(await page.locator(".found").count()).toBe(1);
  expect(await faultsOf(page)).toEqual([]);
});
