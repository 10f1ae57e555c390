// Goes through every page of a console in a real Chromium, as a person does. Prints each problem on a line.
//
// Environment: CHROMIUM, CONSOLE (its URL), CONSOLE_USER, CONSOLE_PASSWORD, SHOTS (a folder for screenshots), NAME (a
// part of their names), PAGES (paths below the console's own, separated by blanks), THOROUGH (not empty: with axe-core's
// rules, in both colour schemes and as wide as a phone).
import { createRequire } from "node:module";
import { join } from "node:path";

const { CHROMIUM, CONSOLE, CONSOLE_USER, CONSOLE_PASSWORD, SHOTS, NAME, PAGES, MODULES, THOROUGH } = process.env;
const require = createRequire(join(MODULES, "package.json"));
const puppeteer = require("puppeteer-core");
const axe = require("axe-core").source;

const WIDE = { width: 1280, height: 900 };
// A machine that runs other tests at the same time is slow.
const TIMEOUT_MS = 120_000;
const PHONE = { width: 360, height: 740, isMobile: true, hasTouch: true };
const problems = [];
const origin = new URL(CONSOLE).origin;

const browser = await puppeteer.launch({
  executablePath: CHROMIUM,
  args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--no-first-run"],
  timeout: TIMEOUT_MS,
});

async function open() {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  page.setDefaultTimeout(TIMEOUT_MS);
  page.on("request", (request) => {
    if (!request.url().startsWith(origin)) problems.push(`a request to ${request.url()}`);
  });
  page.on("console", (message) => {
    // Chromium writes an error for a login that was refused, which is meant.
    if (message.type() === "error" && !message.text().includes("403")) problems.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => problems.push(`script: ${error.message}`));
  page.on("dialog", async (dialog) => {
    problems.push(`a script of the data ran: ${dialog.message()}`);
    await dialog.dismiss();
  });
  await page.setViewport(WIDE);
  return page;
}

// Logs in with the keyboard alone.
async function logIn(page, password) {
  await page.focus("#user");
  await page.$eval("#user", (field) => (field.value = ""));
  await page.keyboard.type(CONSOLE_USER);
  await page.keyboard.press("Tab");
  await page.keyboard.type(password);
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
}

async function examine(page, where) {
  if (!THOROUGH) {
    await page.screenshot({ path: `${SHOTS}/${NAME}-${where}.png` });
    return;
  }
  for (const scheme of ["light", "dark"]) {
    // With motion, axe-core would find the colours of a transition.
    await page.emulateMediaFeatures([
      { name: "prefers-color-scheme", value: scheme },
      { name: "prefers-reduced-motion", value: "reduce" },
    ]);
    await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
    for (const { id, impact, nodes } of violations.filter((found) => ["serious", "critical"].includes(found.impact))) {
      problems.push(`${where}, ${scheme}: ${impact} ${id}: ${nodes.map((node) => node.html).join(" ").slice(0, 300)}`);
    }
    await page.screenshot({ path: `${SHOTS}/${NAME}-${where}-${scheme}.png`, fullPage: true });
  }
  await page.setViewport(PHONE);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (wide > 0) problems.push(`${where}: ${wide} pixels wider than a phone`);
  await page.screenshot({ path: `${SHOTS}/${NAME}-${where}-phone.png` });
  await page.setViewport(WIDE);
}

const page = await open();
await page.goto(`${CONSOLE}/`);
if (!page.url().endsWith("/login")) problems.push(`no login, but ${page.url()}`);
await examine(page, "login");
await logIn(page, `not ${CONSOLE_PASSWORD}`);
if (!(await page.$("[role=alert]"))) problems.push("a refused login shows no error");
await examine(page, "refused");
await logIn(page, CONSOLE_PASSWORD);
for (const path of PAGES.split(" ")) {
  const answer = await page.goto(`${CONSOLE}${path}`);
  if (answer.status() !== 200) problems.push(`${path}: ${answer.status()}`);
  await examine(page, path.replace(/[^a-z0-9]+/gi, "-").replace(/^-|-$/g, "") || "overview");
}
// The first key leads past the navigation.
await page.goto(`${CONSOLE}/`);
await page.keyboard.press("Tab");
await page.keyboard.press("Enter");
const focused = await page.evaluate(() => document.activeElement.id);
if (focused !== "main") problems.push(`the link past the navigation leads to ${focused}`);
// A page refreshes itself where its script runs.
const refreshed = page.waitForResponse((answer) => answer.request().headers()["x-dialplate-refresh"] === "1");
await page.goto(`${CONSOLE}/journal`);
if ((await refreshed).status() !== 200) problems.push("the refresh is refused");

// Everything is there without scripts, too.
const plain = await open();
await plain.setJavaScriptEnabled(false);
await plain.goto(`${CONSOLE}/login`);
await logIn(plain, CONSOLE_PASSWORD);
const title = await plain.$eval("h1", (heading) => heading.textContent);
if (title !== "Overview") problems.push(`without scripts, the login leads to ${title}`);
await Promise.all([plain.waitForNavigation(), plain.click(".who button")]);
if (!plain.url().endsWith("/login")) problems.push(`without scripts, the logout leads to ${plain.url()}`);

await browser.close();
for (const problem of problems) console.log(problem);
