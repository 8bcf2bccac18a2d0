// Makes the script and the style sheet that HTML reports carry with them: the modules of src/report/page/ and the chart
// library as one script, and both style sheets as one. Part of the build.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { build } from "rolldown";

const require = createRequire(import.meta.url);
const path = (name) => fileURLToPath(new URL(name, import.meta.url));

// Its licence asks to be kept with every copy.
const licence = readFileSync(require.resolve("uplot/LICENSE"), "utf8").trim();

await build({
  input: path("../src/report/page/report-page.ts"),
  tsconfig: false,
  output: {
    file: path("../dist/report/page/report-page.js"),
    format: "iife",
    minify: true,
    banner: `/*! Charts: uPlot\n${licence}\n*/`,
  },
});
const styles = [require.resolve("uplot/dist/uPlot.min.css"), path("../src/report/page/report-page.css")];
writeFileSync(path("../dist/report/page/report-page.css"), styles.map((file) => readFileSync(file, "utf8")).join("\n"));
