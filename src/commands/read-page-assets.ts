import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { PageAssets } from "../report/html/html-page.ts";

/** What the build has made of src/report/page/; beside this file's folder in the checkout and in the installed package. */
const scriptFile = new URL("../report/page/report-page.js", import.meta.url);
const styleFile = new URL("../report/page/report-page.css", import.meta.url);

/** The script and the style sheet that HTML reports carry with them. */
export async function readPageAssets(): Promise<PageAssets> {
  const [script, style] = await Promise.all([readFile(scriptFile, "utf8"), readFile(styleFile, "utf8")]);
  return { script, style, scriptSha256: sha256(script), styleSha256: sha256(style) };
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("base64");
}
