import type { ChartSpec } from "../../src/report/html/chart-spec.ts";
import type { PageAssets } from "../../src/report/html/html-page.ts";

/** Stand for what the build makes. */
export const sampleAssets: PageAssets = {
  ...{ script: "/* the script */", style: "/* the style */" },
  ...{ scriptSha256: "c2NyaXB0", styleSha256: "c3R5bGU=" },
};

/** The charts of a page as the browser reads them, by their title. */
export function chartsOf(page: string): Readonly<Record<string, ChartSpec>> {
  const figures = page.matchAll(
    /<figure class="chart"><h3>(.*?)<\/h3>.*?<script type="application\/json">(.*?)<\/script>/gs,
  );
  return Object.fromEntries([...figures].map(([, title, json]) => [title!, JSON.parse(json!) as ChartSpec]));
}

/** The line of a chart; throws when it has none of that name. */
export function lineOf(chart: ChartSpec | null | undefined, label: string): ChartSpec["series"][number] {
  const line = chart?.series.find((series) => series.label === label);
  if (line === undefined) throw new Error(`there is no line "${label}" in ${JSON.stringify(chart).slice(0, 200)}`);
  return line;
}
