// Takes mlflow_ui.png: the newest run of the example, as MLflow shows it. Needs Chromium and `npm install playwright-core`.
//
//   mlflow server --port 5000
//   MLFLOW_TRACKING_URI=http://localhost:5000 kedro run --pipelines=penguins     (in examples/penguins)
//   node docs/images/mlflow_ui.mjs http://localhost:5000

import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const server = process.argv[2] ?? "http://localhost:5000";
const api = `${server}/api/2.0/mlflow`;

const found = await fetch(`${api}/experiments/get-by-name?experiment_name=penguins`);
const experiment = (await found.json()).experiment.experiment_id;
const search = await fetch(`${api}/runs/search`, {
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify({ experiment_ids: [experiment], max_results: 1 }),
});
const run = (await search.json()).runs[0].info.run_id;

const offline = ["--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", ...offline],
});
const page = await browser.newPage({ viewport: { width: 1200, height: 1300 } });
await page.goto(server);
await page.getByText("Model training", { exact: true }).first().click();
await page.goto(`${server}/#/experiments/${experiment}/runs/${run}/artifacts/kedro_bind/penguins.yml`);
await page.getByRole("button", { name: "Close" }).first().click(); // MLflow's assistant
await page.getByText("input_name").first().waitFor();
await page.screenshot({ path: fileURLToPath(new URL("mlflow_ui.png", import.meta.url)) });
await browser.close();
