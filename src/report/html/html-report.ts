import type { RunResult } from "../../result/run-result.ts";
import { titleOf } from "../verdict-sections.ts";
import { deliveryChart } from "./delivery-chart.ts";
import { booksBody } from "./html-books.ts";
import { capacityBody } from "./html-capacity.ts";
import { renderChart } from "./html-chart.ts";
import { comparisonBody } from "./html-comparison.ts";
import { configurationBody } from "./html-environment.ts";
import { fanOutBody } from "./html-fan-out.ts";
import { jobBody } from "./html-jobs.ts";
import { connectionBody, errorBody, generatorBody, memoryTable } from "./html-health.ts";
import {
  backpressureBody,
  classTable,
  deliveryBody,
  phaseTable,
  rateBody,
  steadinessBody,
  streamBody,
  timesBody,
} from "./html-messages.ts";
import { resilienceBody } from "./html-resilience.ts";
import { singleConnectionsBody } from "./html-single-connections.ts";
import { renderPage, type PageAssets, type PageSection } from "./html-page.ts";
import { markup, type Html } from "./html-text.ts";
import { runHeader, verdictBody } from "./html-verdict.ts";
import { distributionChart, latencyOverTimeChart, timeName } from "./latency-charts.ts";
import { memoryChart } from "./memory-chart.ts";
import { scalingChart } from "./scaling-chart.ts";
import { throughputChart } from "./throughput-chart.ts";

/**
 * The whole result as one HTML page that needs no network: charts and tables, most important first. Throws when a
 * histogram in the result cannot be read: check with `brokenHistogram` what comes from a file.
 */
export function renderHtmlReport(result: RunResult, assets: PageAssets): string {
  const { config, tool } = result;
  const messages = config.mode === "connect" ? [] : messageSections(result);
  const connections = section("connections", "Connections", [connectionBody(result)]);
  const sections = [
    ...section("verdict", "Verdict", [verdictBody(result)]),
    ...section("capacity", "Capacity", [capacityBody(result)]),
    ...(config.mode === "connect" ? connections : []),
    ...messages,
    ...section("books", "Target's books by phase", [booksBody(result)]),
    ...section("memory", "Memory", [renderChart(memoryChart(result)), memoryTable(result)]),
    ...(config.mode === "connect" ? [] : connections),
    ...section("single-connections", "Single connections", [singleConnectionsBody(result)]),
    ...section("resilience", "Resilience", [resilienceBody(result)]),
    ...section("generator", "Generator health", [generatorBody(result)]),
    ...section("errors", "Errors", [errorBody(result)]),
    ...section("comparison", "Against the baseline", [
      result.comparison === undefined ? null : comparisonBody(result.comparison),
    ]),
    ...section("configuration", "Configuration and environment", [configurationBody(result)]),
  ];
  return renderPage(
    {
      title: `floodgate: ${titleOf(result)}`,
      header: runHeader(result),
      sections,
      footer: markup`<p>Made by floodgate ${tool.version} from result ${result.id}.</p>`,
    },
    assets,
  );
}

/** What there is to say when messages are sent, in the order of its weight. */
function messageSections(result: RunResult): readonly PageSection[] {
  const scaling = scalingChart(result);
  return [
    ...section("throughput", "Throughput", [renderChart(throughputChart(result)), rateBody(result)]),
    ...section("streams", "Streams", [streamBody(result)]),
    ...section("backpressure", "Backpressure", [backpressureBody(result)]),
    ...section("latency", latencyTitle(result), [
      renderChart(latencyOverTimeChart(result)),
      renderChart(distributionChart(result)),
      timesBody(result),
    ]),
    ...section("delivery", "Delivery", [renderChart(deliveryChart(result)), deliveryBody(result)]),
    ...section("fan-out", "Fan-out", [fanOutBody(result)]),
    ...section("jobs", "Jobs", [jobBody(result)]),
    ...(scaling === null ? [] : section("scaling", "Scaling", [renderChart(scaling)])),
    ...section("steadiness", "Steadiness", [steadinessBody(result)]),
    ...section("phases", "Phases", [phaseTable(result), classTable(result)]),
  ];
}

function latencyTitle(result: RunResult): string {
  if (result.config.mode === "push") return "One-way latency";
  return result.totals.loop === "closed" ? timeName(result) : "Latency";
}

/** None when there is nothing in it. */
function section(id: string, title: string, parts: readonly (Html | null)[]): readonly PageSection[] {
  return parts.every((part) => part === null) ? [] : [{ id, title, body: parts }];
}
