import { describe, expect, it } from "vitest";
import { renderMarkdown } from "../../../src/report/markdown-report.ts";
import { comparisonCases } from "../../support/comparison-cases.ts";
import { expectGolden } from "../../support/golden-file.ts";
import { reportCases } from "../../support/report-cases.ts";
import { sampleCheck, samplePhase, sampleResult } from "../../support/sample-result.ts";

const hostile = "<script>alert(1)</script> | `x` **b** [l](javascript:x) @all #1\n# heading\n\u202e\u0007";

describe("renderMarkdown", () => {
  it.each(Object.entries(reportCases))("shows the run %s as approved", (name, result) => {
    expectGolden(`report-${name}.md`, renderMarkdown(result));
  });

  it("shows the comparison that the run was made for, as a warning where it was no gate", () => {
    const comparison = comparisonCases.regression!;
    const gate = { outcome: "fail", exitCode: 98, reasons: ["regression: latency.p50 is worse"] } as const;
    const failed = renderMarkdown(sampleResult({ comparison, verdict: gate }));
    expect(failed).toMatch(/^### \[FAIL\] new against base$/m);
    expect(failed).toMatch(/^\| \[FAIL\] \| `latency\.p50` \|.* \| worse \|/m);
    expect(failed.indexOf("new against base")).toBeLessThan(failed.indexOf("### Delivery"));
    const warned = renderMarkdown(sampleResult({ comparison }));
    expect(warned).toMatch(/^### \[WARN\] new against base$/m);
    expect(warned).not.toContain("[FAIL]");
  });

  it("lets no text of others take effect", () => {
    const { config, target, environment, generator } = sampleResult();
    const text = renderMarkdown(
      sampleResult({
        ...{ id: hostile, title: hostile, tags: { [hostile]: hostile } },
        config: { ...config, profile: hostile },
        target: { ...target, description: hostile },
        environment: { ...environment, reason: hostile },
        generator: { ...generator, health: "limited", reasons: [hostile] },
        end: { kind: "aborted", reason: hostile },
        phases: [samplePhase(hostile, 0, 5, 500), samplePhase("b", 5000, 5, 500)],
        thresholds: [sampleCheck({ expression: hostile, source: hostile, detail: hostile })],
        failures: [
          {
            ...{ code: "close/abnormal", phase: "close", kind: "abnormal", blame: "target", count: 1, firstMs: 0 },
            ...{ lastMs: 1, example: hostile },
          },
        ],
        warnings: [{ code: "x", text: hostile }],
        verdict: { outcome: "fail", exitCode: 99, reasons: [hostile, hostile] },
      }),
    );
    expect(text).toMatch(/^[\n -~]*$/);
    expect(text).not.toContain("<script>");
    expect(text).not.toMatch(/@all|^# heading/m);
    // A row has as many cells as its table has columns.
    for (const table of text.split("\n\n").filter((block) => block.startsWith("|"))) {
      const widths = table.split("\n").map((row) => row.split("|").length);
      expect(new Set(widths).size, table).toBe(1);
    }
  });

  it("fits into a comment, however many phases, thresholds and errors there are", () => {
    const { failures } = reportCases["failed-thresholds"]!;
    const long = "\u{1f600}".repeat(500);
    const text = renderMarkdown(
      sampleResult({
        phases: Array.from({ length: 3000 }, (_, i) => samplePhase(`${i}${long}`, i, 1, 10)),
        thresholds: Array.from({ length: 500 }, () => sampleCheck({ expression: long, source: long })),
        failures: Array.from({ length: 300 }, () => ({ ...failures[0]!, example: long })),
        warnings: Array.from({ length: 300 }, () => ({ code: "x", text: long })),
      }),
    );
    expect(text.length).toBeLessThanOrEqual(60_000);
    expect(text).toContain("Cut off here");
  });

  it("counts the rows it does not show", () => {
    const phases = Array.from({ length: 60 }, (_, i) => samplePhase(`step ${i}`, i * 1000, 1, 10));
    const text = renderMarkdown(sampleResult({ phases }));
    expect(text).toContain("`step 49`");
    expect(text).not.toContain("`step 50`");
    expect(text).toContain("- and 10 more, which the result file lists");
  });
});
