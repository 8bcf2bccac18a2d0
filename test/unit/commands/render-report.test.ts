import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { renderReport } from "../../../src/commands/render-report.ts";
import { renderTerminalReport } from "../../../src/report/terminal-report.ts";
import { resultText } from "../../../src/result/write-result.ts";
import { aResult } from "../../support/a-result.ts";
import { fakeHost } from "../../support/fake-host.ts";
import { sampleCheck } from "../../support/sample-result.ts";

const folder = mkdtempSync(join(tmpdir(), "floodgate-report-"));
const file = join(folder, "result.json");
const result = {
  ...aResult(),
  thresholds: [sampleCheck({ outcome: "fail" })],
  verdict: { outcome: "fail" as const, exitCode: 99, reasons: ["a threshold failed"] },
};

beforeAll(() => {
  writeFileSync(file, resultText(result));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe("renderReport", () => {
  it("shows a saved result as it was shown after the run, saves and judges nothing", async () => {
    const { host, stdout, stderr } = fakeHost();
    expect(await renderReport({ file, json: false, reports: [] }, host)).toBe(0);
    expect(stdout()).toBe(
      renderTerminalReport(result, { colour: false, columns: 80, savedTo: null, isTerminal: false }),
    );
    expect(stdout()).not.toContain("saved to");
    expect(stderr()).toBe("");
  });

  it("gives the document itself as JSON", async () => {
    const { host, stdout } = fakeHost();
    expect(await renderReport({ file, json: true, reports: [] }, host)).toBe(0);
    expect(stdout()).toBe(resultText(result));
  });

  it.each([
    [true, {}, true],
    [true, { NO_COLOR: "1" }, false],
    [true, { NO_COLOR: "" }, true],
    [false, {}, false],
  ])("on a terminal (%s) with the environment %j uses colour: %s", async (isTerminal, env, isColoured) => {
    let written = "";
    const stdout = { isTerminal, columns: 100, write: (text: string) => void (written += text) };
    await renderReport({ file, json: false, reports: [] }, fakeHost({ stdout, env }).host);
    expect(written.includes("\u001b[")).toBe(isColoured);
  });

  it("refuses a damaged histogram of a second once a report would read it", async () => {
    const damaged = join(folder, "damaged.json");
    const [first, ...others] = result.intervals;
    const intervals = [{ ...first!, slipUs: { ...first!.slipUs, hdr: "AAAA" } }, ...others];
    writeFileSync(damaged, resultText({ ...result, intervals }));
    const report = { file: damaged, json: false, reports: [{ flag: "--hlog", file: join(folder, "x.hlog") }] };
    await expect(renderReport(report, fakeHost().host)).rejects.toMatchObject({
      exitCode: 2,
      message: `"${damaged}" was edited or damaged: interval at ${first!.tMs} ms: slipUs: not an HdrHistogram V2 compressed in base64`,
    });
  });

  it("refuses a file that is no result, as a usage error", async () => {
    const { host } = fakeHost();
    const missing = { file: join(folder, "none.json"), json: false, reports: [] };
    await expect(renderReport(missing, host)).rejects.toMatchObject({ exitCode: 2 });
  });
});
