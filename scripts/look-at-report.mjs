// Opens a report in headless Chromium from disk, at two widths, in light and in dark, and writes screenshots. Fails on console
// errors, requests, sideways scrolling, links to rows that open nothing, and size. Usage: node scripts/look-at-report.mjs report.html [folder]
import { existsSync, mkdirSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const LARGEST_BYTES = 3e6;
const WIDTHS = [1280, 390];
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const BROWSERS = ["chromium", "chromium-browser", "google-chrome"].map((name) => `/usr/bin/${name}`);

function skip(reason) {
  console.log(`skipped: ${reason}`);
  process.exit(0);
}

const [file, folder = "out/report"] = process.argv.slice(2);
if (!file || !existsSync(file)) {
  console.error(file ? `${file} is not there` : "usage: node scripts/look-at-report.mjs report.html [folder]");
  process.exit(2);
}
const executablePath = [process.env.CHROMIUM, ...BROWSERS].find((path) => path && existsSync(path));
if (!executablePath) skip(`no Chromium: set CHROMIUM to one, none of ${BROWSERS.join(", ")} is there`);
const playwright = await import("playwright-core").catch(() => skip("playwright-core is not installed"));

const problems = [];
const bytes = statSync(file).size;
if (bytes > LARGEST_BYTES) problems.push(`${bytes} bytes, ${LARGEST_BYTES} are allowed`);

mkdirSync(folder, { recursive: true });
const address = pathToFileURL(resolve(file)).href;
const browser = await playwright.chromium.launch({ executablePath, headless: true, args: FLAGS });
try {
  for (const width of WIDTHS) for (const colorScheme of ["light", "dark"]) await look(width, colorScheme);
} finally {
  await browser.close();
}

/** Takes the pictures of one visit: the page as it opens, then with a row of the network opened by its box. */
async function look(width, colorScheme) {
  const name = `${width}-${colorScheme}`;
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme, reducedMotion: "reduce" });
  const complain = (what) => problems.push(`${name}: ${what}`);
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && complain(message.text()));
  page.on("pageerror", (error) => complain(error.message));
  page.on("request", (request) => {
    const url = request.url();
    if (url !== address && !url.startsWith("data:") && !url.startsWith(`${address}#`)) complain(`asks for ${url}`);
  });
  await page.goto(address);
  await photograph(page, name, complain);
  const box = page.locator("#network a[href^='#row-']").nth(2);
  if ((await box.count()) > 0) {
    const opened = page.locator(`details:has(${await box.getAttribute("href")})`);
    await box.click();
    if ((await opened.getAttribute("open")) === null) complain("a click on a row's box opens nothing");
    await photograph(page, `${name}-opened`, complain);
  }
  await page.close();
}

async function photograph(page, name, complain) {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (over > 0) complain(`scrolls sideways by ${over} pixels`);
  await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
}

for (const problem of problems) console.error(problem);
console.log(`${file}: ${bytes} bytes, ${problems.length} problems, screenshots in ${folder}`);
process.exit(problems.length === 0 ? 0 : 1);
