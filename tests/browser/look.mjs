// Looks at pages of `kedro bind show` in Chromium, and prints what it sees as JSON.
//
//   node look.mjs CHROMIUM PICTURE.html PICTURE.mermaid [ARTIFACT]
//
// With the name of an artifact, it also uses the page as a reader does, and follows that artifact.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [executablePath, page, chart, artifact] = process.argv.slice(2);
const require = createRequire(import.meta.url);
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const mermaid = readFileSync(require.resolve("mermaid/dist/mermaid.min.js"), "utf8");
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });

async function open(options, then) {
  const context = await browser.newContext({ bypassCSP: true, ...options });
  const tab = await context.newPage();
  const problems = [];
  tab.on("pageerror", (error) => problems.push(String(error)));
  tab.on("request", (request) => request.url().startsWith("file:") || problems.push(request.url()));
  await tab.goto(pathToFileURL(page).href);
  const seen = await then(tab);
  await context.close();
  return { ...seen, problems };
}

// Labels that leave their boxes, as the font of this browser draws them, and the smallest type on the screen.
const labels = () => {
  const spilled = [];
  let smallest = Infinity;
  for (const text of document.querySelectorAll(".picture a text.title, .picture a text.note")) {
    const inner = text.getBoundingClientRect();
    if (!inner.width) continue;
    const outer = text.closest("a").querySelector("rect").getBoundingClientRect();
    if (inner.left < outer.left || inner.right > outer.right || inner.top < outer.top || inner.bottom > outer.bottom) {
      spilled.push(text.textContent);
    }
    const scale = text.ownerSVGElement.getBoundingClientRect().width / text.ownerSVGElement.viewBox.baseVal.width;
    smallest = Math.min(smallest, parseFloat(getComputedStyle(text).fontSize) * scale);
  }
  return { spilled, smallest };
};

async function looks(width, colorScheme) {
  return open({ viewport: { width, height: 900 }, colorScheme }, async (tab) => {
    await tab.evaluate(axe);
    const { violations } = await tab.evaluate("axe.run()");
    return {
      width,
      colorScheme,
      violations: violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`),
      scrolls: await tab.evaluate("document.documentElement.scrollWidth"),
      ...(await tab.evaluate(labels)),
    };
  });
}

const lit = () => [...document.querySelectorAll("svg.wide a.lit")].map((link) => link.dataset.key).sort();
const details = "#inspector:not([hidden]) h3";

async function uses(tab) {
  const seen = { tools: await tab.locator(".tools").isVisible() };
  await tab.hover("svg.wide a[data-key=t1]");
  seen.hovered = await tab.locator(details).textContent();
  await tab.mouse.move(2, 2);
  seen.left = await tab.locator("#inspector").isVisible();
  await tab.selectOption(".tools select", { label: artifact });
  seen.followed = await tab.evaluate(lit);
  seen.details = await tab.locator(details).textContent();
  await tab.keyboard.press("Escape");
  seen.afterEscape = { lit: await tab.evaluate(lit), inspector: await tab.locator("#inspector").isVisible() };
  await tab.focus("svg.wide a[data-key=t0]");
  seen.walked = [];
  for (const key of ["ArrowDown", "ArrowRight", "ArrowRight", "ArrowLeft", "End", "Home"]) {
    await tab.keyboard.press(key);
    seen.walked.push(await tab.evaluate("document.activeElement.dataset.key"));
  }
  seen.focused = await tab.locator(details).textContent();
  await tab.keyboard.press("Enter");
  seen.pinned = await tab.evaluate("document.querySelector('svg.wide').classList.contains('following')");
  await tab.keyboard.press("Escape");
  seen.stops = await tab.evaluate("[...document.querySelectorAll('svg.wide a')].filter((a) => a.tabIndex === 0).length");
  const width = async () => Math.round((await tab.locator("svg.wide").boundingBox()).width);
  const before = await width();
  await tab.click("[data-zoom=in]");
  seen.zoomed = (await width()) / before;
  await tab.evaluate("document.querySelector('.frame').scrollTo(0, 0)");
  const box = await tab.locator(".frame").boundingBox();
  await tab.mouse.move(box.x + 500, box.y + 20);
  await tab.mouse.down();
  await tab.mouse.move(box.x + 400, box.y + 20);
  await tab.mouse.up();
  seen.panned = await tab.evaluate("document.querySelector('.frame').scrollLeft");
  await tab.click("[data-zoom=reset]");
  seen.reset = (await width()) / before;
  return seen;
}

async function withoutScript(tab) {
  const picture = await tab.locator("svg.wide").isVisible();
  const tools = await tab.locator(".tools").isVisible();
  await tab.click("svg.wide a[data-key=t1]");
  return { picture, tools, target: new URL(tab.url()).hash, details: await tab.locator("#d-t1").isVisible() };
}

async function draws() {
  const tab = await browser.newPage();
  await tab.addScriptTag({ content: mermaid });
  const drawn = await tab.evaluate(async (text) => {
    globalThis.mermaid.initialize({ startOnLoad: false });
    const { svg } = await globalThis.mermaid.render("chart", text);
    const parsed = new DOMParser().parseFromString(svg, "text/html");
    return { lanes: parsed.querySelectorAll(".cluster").length, boxes: parsed.querySelectorAll(".node").length };
  }, readFileSync(chart, "utf8"));
  await tab.close();
  return drawn;
}

const looked = [];
for (const width of [1280, 400]) for (const scheme of ["light", "dark"]) looked.push(await looks(width, scheme));
const viewport = { width: 1280, height: 900 };
const report = {
  looked,
  used: artifact ? await open({ viewport }, uses) : null,
  withoutScript: await open({ viewport, javaScriptEnabled: false }, withoutScript),
  chart: await draws(),
};
await browser.close();
console.log(JSON.stringify(report));
