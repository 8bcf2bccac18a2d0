import { describe, expect, it } from "vitest";
import { renderAnnotations } from "../../../src/report/github-annotations.ts";
import { reportCases } from "../../support/report-cases.ts";
import { sampleCheck, sampleResult } from "../../support/sample-result.ts";

const nowhere = () => null;
const failed = { outcome: "fail", exitCode: 99, reasons: ["threshold failed"] } as const;

describe("renderAnnotations", () => {
  it("says nothing when all held", () => {
    expect(renderAnnotations(reportCases["all-passed"]!, nowhere)).toBe("");
    expect(renderAnnotations(sampleResult(), nowhere)).toBe("");
  });

  it("gives an error for each threshold that failed, and a warning for an advisory one", () => {
    const place = (source: string) => (source.startsWith("profiles/") ? { file: "load/steady.yaml", line: 12 } : null);
    expect(renderAnnotations(reportCases["failed-thresholds"]!, place)).toBe(
      "::error title=steady load%3A latency.p99::latency.p99<3ms: 3.162 ms\n" +
        "::error title=steady load%3A delivery.ratio::delivery.ratio>=99.9%25: 99.86%25\n" +
        "::error file=load/steady.yaml,line=12,title=steady load%3A memory.growth::memory.target.growth<=100MB: no data (no pid was given)\n" +
        "::warning title=steady load%3A latency.p99::latency.p99.99<1s warn: 12.00 ms, unresolved (p99.99 needs 100,000 samples, there are 9,986)\n",
    );
  });

  it("gives an error for a run that failed, and a warning for one that could not be judged or was cut short", () => {
    expect(renderAnnotations(reportCases["nothing-delivered"]!, nowhere)).toMatch(
      /^::error title=steady load%3A failed::none of 10 connection attempts succeeded: .*%0Athreshold failed: /,
    );
    expect(renderAnnotations(reportCases["generator-limited"]!, nowhere)).toMatch(
      /^::warning title=steady load%3A inconclusive::the generator could not keep its schedule/,
    );
    expect(renderAnnotations(reportCases.interrupted!, nowhere)).toMatch(/^::error title=[^]*\n::warning title=/);
  });

  it("lets no text of others end a property, a command or a line", () => {
    const text = renderAnnotations(
      sampleResult({
        title: "a,file=x::b\r\n::error::c%0A",
        thresholds: [sampleCheck({ outcome: "fail", detail: "d\n::warning::e" })],
        verdict: failed,
      }),
      () => ({ file: "a,b:c%.yaml", line: 3 }),
    );
    expect(text.split("\n")).toHaveLength(2);
    expect(text).toBe(
      "::error file=a%2Cb%3Ac%25.yaml,line=3,title=a%2Cfile=x%3A%3Ab%0D%0A%3A%3Aerror%3A%3Ac%250A%3A latency.p99" +
        "::latency.p99<50ms: 3.160 ms (d%0A::warning::e)\n",
    );
  });

  it("gives ten errors and ten warnings at most, as GitHub shows no more", () => {
    const thresholds = Array.from({ length: 30 }, (_, i) => sampleCheck({ outcome: "fail", warnOnly: i % 2 === 0 }));
    const lines = renderAnnotations(sampleResult({ thresholds, verdict: failed }), nowhere)
      .trim()
      .split("\n");
    expect(lines.filter((line) => line.startsWith("::error "))).toHaveLength(10);
    expect(lines.filter((line) => line.startsWith("::warning "))).toHaveLength(10);
  });
});
