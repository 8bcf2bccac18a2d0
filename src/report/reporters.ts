import type { Trend } from "../compare/trend-of-results.ts";
import type { ProbeRecord } from "../probe/probe-record.ts";
import type { Comparison } from "../result/comparison.ts";
import type { RunResult } from "../result/run-result.ts";
import type { PageAssets } from "./html/html-page.ts";

/**
 * A result, or another record, as the text of a file. The text follows from the saved record alone, so that a report made
 * later from its file is the same byte for byte.
 */
export type RenderReport<Subject = RunResult> = (subject: Subject) => string;

/** What some reports take beside the result; who writes them reads it. */
export interface ReportSources {
  readonly pageAssets: () => Promise<PageAssets>;
}

/** A kind of report, and the flag that asks for it. */
export interface Reporter<Subject = RunResult> {
  /** `--csv`. */
  readonly flag: `--${string}`;
  /** What follows the flag in help: `<file>`. */
  readonly value: string;
  /** What the report holds, for help and docs/configuration.md. */
  readonly about: string;
  /** Whether `auto` in place of a file means the summary of a GitHub job. */
  readonly knowsJobSummary?: true;
  /** Whether it reads the histograms of single seconds: those of a file are checked only for reports that do. */
  readonly readsSeconds?: true;
  /** Loads the code of this one report: a run that asks for none of it does not wait for it. */
  load(sources: ReportSources): Promise<RenderReport<Subject>>;
}

/** Every report that a flag of `run`, `report` and `merge` asks for, in the order of help. */
export const reporters: readonly Reporter[] = [
  {
    flag: "--html",
    value: "<file>",
    about: "one page with charts for a browser; it needs no network",
    readsSeconds: true,
    async load({ pageAssets }) {
      const [{ renderHtmlReport }, assets] = await Promise.all([import("./html/html-report.ts"), pageAssets()]);
      return (result) => renderHtmlReport(result, assets);
    },
  },
  {
    flag: "--md",
    value: "<file|auto>",
    about: "the summary as Markdown; auto: appended to the summary of the GitHub job (GITHUB_STEP_SUMMARY)",
    knowsJobSummary: true,
    load: async () => (await import("./markdown-report.ts")).renderMarkdown,
  },
  {
    flag: "--junit",
    value: "<file>",
    about: "JUnit XML: a case for the run and for each threshold",
    load: async () => (await import("./junit-report.ts")).renderJunit,
  },
  {
    flag: "--csv",
    value: "<file>",
    about: "one row for each second of load, as CSV",
    load: async () => (await import("./csv-report.ts")).renderCsv,
  },
  {
    flag: "--hlog",
    value: "<file>",
    about: "latency and slip of each second as a histogram log (HdrHistogram)",
    readsSeconds: true,
    load: async () => (await import("./hlog-report.ts")).renderHlog,
  },
  {
    flag: "--hgrm",
    value: "<file>",
    about: "percentile distribution of latency, in ms (HdrHistogram)",
    load: async () => (await import("./hgrm-report.ts")).renderHgrm,
  },
  {
    flag: "--benchmark-smaller",
    value: "<file>",
    about: "times, losses and memory for github-action-benchmark (customSmallerIsBetter)",
    load: async () => (await import("./benchmark-report.ts")).renderBenchmarkSmaller,
  },
  {
    flag: "--benchmark-bigger",
    value: "<file>",
    about: "rates for github-action-benchmark (customBiggerIsBetter)",
    load: async () => (await import("./benchmark-report.ts")).renderBenchmarkBigger,
  },
];

/** Every report that a flag of `compare` asks for. */
export const comparisonReporters: readonly Reporter<Comparison>[] = [
  {
    flag: "--html",
    value: "<file>",
    about: "one page for a browser, both distributions over each other; it needs no network",
    async load({ pageAssets }) {
      const [{ renderHtmlComparison }, assets] = await Promise.all([import("./html/html-comparison.ts"), pageAssets()]);
      return (comparison) => renderHtmlComparison(comparison, assets);
    },
  },
  {
    flag: "--md",
    value: "<file|auto>",
    about: "the comparison as Markdown; auto: appended to the summary of the GitHub job (GITHUB_STEP_SUMMARY)",
    knowsJobSummary: true,
    load: async () => (await import("./comparison-markdown.ts")).renderComparisonMarkdown,
  },
];

/** Every report that a flag of `probe` asks for, and of `report` for what it has saved. */
export const probeReporters: readonly Reporter<ProbeRecord>[] = [
  {
    flag: "--html",
    value: "<file>",
    about: "one page for a browser; it needs no network",
    async load({ pageAssets }) {
      const [{ renderHtmlProbes }, assets] = await Promise.all([import("./html/html-probes.ts"), pageAssets()]);
      return (record) => renderHtmlProbes(record, assets);
    },
  },
  {
    flag: "--md",
    value: "<file|auto>",
    about: "what was found as Markdown; auto: appended to the summary of the GitHub job (GITHUB_STEP_SUMMARY)",
    knowsJobSummary: true,
    load: async () => (await import("./probe-markdown.ts")).renderProbeMarkdown,
  },
  {
    flag: "--junit",
    value: "<file>",
    about: "JUnit XML: a case for each probe",
    load: async () => (await import("./probe-junit.ts")).renderProbeJunit,
  },
];

/** The report of results over time. */
export const trendReporters: readonly Reporter<Trend>[] = [
  {
    flag: "--trend",
    value: "<file>",
    about:
      "each primary metric over all results named, oldest first, as one page for a browser; changes of level are marked",
    async load({ pageAssets }) {
      const [{ renderHtmlTrend }, assets] = await Promise.all([import("./html/html-trend.ts"), pageAssets()]);
      return (trend) => renderHtmlTrend(trend, assets);
    },
  },
];
