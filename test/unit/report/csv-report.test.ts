import { describe, expect, it } from "vitest";
import { renderCsv } from "../../../src/report/csv-report.ts";
import { expectGolden } from "../../support/golden-file.ts";
import { reportCases } from "../../support/report-cases.ts";
import { sampleInterval, samplePhase, sampleResult } from "../../support/sample-result.ts";

const header = renderCsv(sampleResult({ intervals: [] })).trim();
const columns = header.split(",");

/** The first row, by column. */
function rowOf(changes: Parameters<typeof sampleResult>[0]): Readonly<Record<string, string>> {
  const [, row = ""] = renderCsv(sampleResult(changes)).split("\r\n");
  const cells = row.split(",");
  return Object.fromEntries(columns.map((name, i) => [name, cells[i]!]));
}

describe("renderCsv", () => {
  it("is the approved text for a sound run", () => {
    expectGolden("intervals.csv", renderCsv(reportCases["all-passed"]!));
  });

  it("is but its header when there was no second of load", () => {
    expect(renderCsv(reportCases["nothing-delivered"]!)).toBe(`${header}\r\n`);
  });

  it("ends each line with CR LF and gives each as many cells as the header has", () => {
    const lines = renderCsv(sampleResult()).split("\r\n");
    expect(lines.pop()).toBe("");
    expect(lines).toHaveLength(13);
    for (const line of lines) expect(line.split(",")).toHaveLength(columns.length);
  });

  it("leaves the cell of what is not known empty, and shows zeros as zeros", () => {
    const none = { count: 0, p50: null, p95: null, p99: null, max: null, hdr: null };
    const row = rowOf({ intervals: [sampleInterval(0, 0, { latencyUs: none, targetRssBytes: null })] });
    expect(row).toMatchObject({ sent: "0", delivered: "0", latency_count: "0", latency_p99_us: "" });
    expect(row.target_rss_bytes).toBe("");
  });

  it("says nothing of delivery where nothing comes back", () => {
    const { config } = sampleResult();
    const row = rowOf({ config: { ...config, mode: "oneway" } });
    expect(row).toMatchObject({ sent: "1000", delivered: "", lost: "" });
  });

  it("quotes a phase whose name holds a comma or a quote", () => {
    const phases = [samplePhase('a "b", c', 0, 12, 12_000)];
    expect(renderCsv(sampleResult({ phases }))).toContain(',"a ""b"", c",');
  });

  it("gives a number as the result has it", () => {
    const interval = sampleInterval(1234.5678, 123_456);
    expect(rowOf({ intervals: [interval] })).toMatchObject({ t_ms: "1234.5678", sent: "123456" });
  });
});
