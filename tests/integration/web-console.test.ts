import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, onTestFailed, test } from "vitest";
import { openBrowser } from "../support/open-browser.ts";
import { rawGuest } from "./raw-guest.ts";
import { startTestService, type TestService } from "./test-service.ts";
import { workingGuest } from "./working-guest.ts";

let service: TestService;
let browser: Browser;
let page: Page;
/** What the browser complains about; a test that expects something takes it out. */
const complaints: string[] = [];

beforeAll(async () => {
  [service, browser] = await Promise.all([startTestService("node"), openBrowser()]);
});
afterAll(() => Promise.all([service?.stop(), browser?.close()]));

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

test("the list leads to a run, which is told while it runs and when it has ended", async () => {
  const id = await service.submit("work", workingGuest(10));
  await page.goto("/");
  await page.getByRole("table", { name: "Runs that are under way" }).getByText(id).click();
  await page.getByRole("heading", { name: id }).waitFor();
  await page.getByRole("link", { name: "Console" }).click();
  await page.getByRole("log").getByText("end").waitFor();
  await page.getByText("graded", { exact: true }).waitFor();
  await page.getByRole("link", { name: "Runs" }).click();
  await page.getByRole("table", { name: "opened in this browser" }).getByText(id).waitFor();
});

test("an id that nobody knows is said to be one", async () => {
  await page.goto("/runs/s-aaaaaaaaaaaaaaaa");
  await page.getByText("There is no such run").waitFor();
  expect(complaints.splice(0)).toEqual([expect.stringContaining("404")]);
  await page.goto("/runs/nonsense");
  await page.getByText("There is no such run").waitFor();
});

test("what a guest writes to its console stays text", async () => {
  const print = "hello <img src=x onerror=alert(1)>\u001b[2J";
  const id = await service.submit("greet", rawGuest({ print, ending: { exit: 0 } }));
  await service.ended(id);
  await page.goto(`/runs/${id}/console`);
  await page.getByRole("log").getByText("hello <img src=x onerror=alert(1)>").waitFor();
});
