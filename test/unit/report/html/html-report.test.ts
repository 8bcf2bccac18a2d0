import { describe, expect, it } from "vitest";
import { renderHtmlReport } from "../../../../src/report/html/html-report.ts";
import type { RunResult } from "../../../../src/result/run-result.ts";
import { comparisonCases } from "../../../support/comparison-cases.ts";
import { hostileResult, hostileText } from "../../../support/hostile-text.ts";
import { chartsOf, sampleAssets } from "../../../support/page-parts.ts";
import { reportCases } from "../../../support/report-cases.ts";
import { sampleResult } from "../../../support/sample-result.ts";

const render = (result: RunResult) => renderHtmlReport(result, sampleAssets);
const headings = (page: string) => [...page.matchAll(/<h2 [^>]*>(.*?)<\/h2>/g)].map(([, title]) => title);

describe("renderHtmlReport", () => {
  it.each(Object.keys(reportCases))("shows the run %s in well-formed ASCII without a stray value", (name) => {
    const page = render(reportCases[name]!);
    expect(page).toMatch(/^[\n -~]*$/);
    expect(page.replace(/<script[^>]*>.*?<\/script>/gs, "")).not.toMatch(/NaN|undefined|Infinity|null|\[object/);
    const open: string[] = [];
    for (const [, isEnd, tag] of page.matchAll(/<(\/?)([a-z][a-z0-9]*)/g)) {
      if (["meta", "link", "wbr"].includes(tag!)) continue;
      if (isEnd === "/") expect(open.pop(), `</${tag!}>`).toBe(tag);
      else open.push(tag!);
    }
    expect(open).toEqual([]);
  });

  it("needs no network: nothing in it points anywhere, and its policy forbids it", () => {
    for (const result of [...Object.values(reportCases), hostileResult()]) {
      const page = render(result);
      expect(page).not.toMatch(/\b(src|href|action|data|poster|srcset)="(?!#|data:)/i);
      expect(page).not.toMatch(/url\(|@import|<(iframe|object|embed|base|form|img)\b/i);
      expect(page).toContain("default-src &#x27;none&#x27;");
      expect(page).toContain(`script-src &#x27;sha256-${sampleAssets.scriptSha256}&#x27;;`);
      expect(page).toContain(`style-src &#x27;sha256-${sampleAssets.styleSha256}&#x27;;`);
    }
  });

  it("lets no text of a user or a target out of its place", () => {
    const page = render(hostileResult());
    expect(page).toMatch(/^[\n -~]*$/);
    expect(page).not.toMatch(/<img|<script>alert|<style>\*|onerror=alert\(1\)>/);
    const scripts = [...page.matchAll(/<script[^>]*>/g)].map(([tag]) => tag);
    expect(scripts.filter((tag) => tag === "<script>")).toHaveLength(1);
    expect(new Set(scripts)).toEqual(new Set(["<script>", '<script type="application/json">']));
    expect(page.match(/<\/script/g)).toHaveLength(scripts.length);
    expect(page.match(/<style/g)).toHaveLength(1);
    const [chart] = Object.values(chartsOf(page));
    expect(chart!.bands[0]!.label).toBe(JSON.parse(JSON.stringify(hostileText)));
  });

  it("keeps its order: what is judged first, then what was measured, then what it was measured with", () => {
    expect(headings(render(reportCases["scaling-connections"]!))).toEqual([
      ...["Verdict", "Throughput", "service time (closed loop)", "Delivery", "Scaling", "Phases", "Memory"],
      ...["Connections", "Generator health", "Errors", "Configuration and environment"],
    ]);
  });

  it("shows what a capacity search found before the numbers of its last trial", () => {
    const page = render(reportCases.capacity!);
    expect(headings(page).slice(0, 3)).toEqual(["Verdict", "Capacity", "Throughput"]);
    expect(page).toContain("<caption>Trials, in order</caption>");
    expect(page).toContain("delivered 52% of the offered rate");
  });

  it("shows every threshold with its marker and its actual value", () => {
    const page = render(reportCases["failed-thresholds"]!);
    const rows = [...page.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row]) =>
      row!
        .replace(/<[^>]*>/g, " ")
        .replace(/ +/g, " ")
        .trim(),
    );
    expect(rows).toContain("[FAIL] latency .p99 &#x3c;3ms 3.162 ms --threshold");
    expect(rows).toContain(
      "[FAIL] memory .target .growth &#x3c;=100MB no data no pid was given; profiles/steady.yaml:12",
    );
    expect(rows).toContain(
      "[WARN] latency .p99.99 &#x3c;1s warn 12.00 ms p99.99 needs 100,000 samples, there are 9,986; --threshold",
    );
  });

  it("puts the doubt about the generator above all numbers", () => {
    const page = render(reportCases["generator-limited"]!);
    const doubt = page.indexOf("The generator was limited");
    expect(doubt).toBeGreaterThan(0);
    expect(doubt).toBeLessThan(page.indexOf("<h2"));
    expect(page).toContain("event-loop lag p99 24 ms is above 20 ms");
  });

  it("says that a run is partial", () => {
    expect(render(reportCases.interrupted!)).toContain("interrupted after 5.2 s: SIGINT; the numbers are partial.");
  });

  it("calls the times of a closed loop service time, and offers nothing", () => {
    const page = render(reportCases["closed-loop"]!);
    expect(headings(page)).toContain("service time (closed loop)");
    expect(headings(page)).not.toContain("Latency");
    expect(page).not.toContain("latency p50");
    expect(chartsOf(page)["Messages per second"]!.series.map(({ label }) => label)).toEqual(["sent", "delivered"]);
  });

  it("leaves out of connect mode what it has not: no messages, no latency", () => {
    const page = render(reportCases["connect-mode"]!);
    expect(headings(page)).toEqual([
      ...["Verdict", "Connections", "Memory", "Generator health", "Errors", "Configuration and environment"],
    ]);
    expect(page).not.toMatch(/messages per second|latency/i);
  });

  it("says in words what oneway cannot know, and draws no empty chart for it", () => {
    const page = render(reportCases["oneway-unknown"]!);
    expect(Object.keys(chartsOf(page))).not.toContain("Loss over time");
    expect(page).toContain("Unknown: in mode oneway nothing comes back; the network took 700,000 bytes.");
    expect(chartsOf(page)["Messages per second"]!.series.map(({ label }) => label)).not.toContain("delivered");
  });

  it("draws nothing of a run in which nothing happened, and says so", () => {
    const page = render(reportCases["nothing-delivered"]!);
    expect(chartsOf(page)).toEqual({});
    expect(page).toContain("No second of load was recorded.");
    expect(page).toContain("Target: unknown; no pid was given.");
  });

  it("shows how steady each phase was, and where in the chart its steady part begins", () => {
    const page = render(reportCases["not-steady"]!);
    expect(headings(page)).toContain("Steadiness");
    expect(page).toContain("one level after 12 s of warm-up");
    expect(chartsOf(page)["Messages per second"]!.marks).toEqual([{ at: 12.1, label: "steady", colour: "teal" }]);
    expect(headings(render(sampleResult()))).not.toContain("Steadiness");
  });

  it("holds the comparison with a baseline that was given", () => {
    const page = render(sampleResult({ comparison: comparisonCases.regression! }));
    expect(headings(page)).toContain("Against the baseline");
    expect(page).toContain("latency.p50 is worse");
    expect(Object.keys(chartsOf(page))).toContain("Latency of both sides");
    // How the run ended is said by the run's verdict alone: a regression need not fail it.
    expect(page).not.toContain("exit code 98");
  });

  it("gives each chart its words, for who cannot see it", () => {
    const page = render(sampleResult());
    const labels = [...page.matchAll(/role="img" aria-label="([^"]*)"/g)].map(([, label]) => label!);
    expect(labels).toHaveLength(Object.keys(chartsOf(page)).length);
    for (const label of labels) expect(label.length).toBeGreaterThan(60);
    expect(labels[0]).toContain("offered 1,000, sent 1,000, delivered 1,000");
  });

  it("holds the settings, the plan and what the mock counted", () => {
    const page = render(sampleResult({ target: { ...sampleResult().target, books: { received: 12_345 } } }));
    expect(page).toContain("&#x22;received&#x22;: 12345");
  });
});
