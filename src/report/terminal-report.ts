import type { RunResult } from "../result/run-result.ts";
import { backpressureSection } from "./backpressure-section.ts";
import { booksSection } from "./books-section.ts";
import { capacitySection } from "./capacity-section.ts";
import { classSection } from "./class-section.ts";
import { colourise } from "./colourise.ts";
import { comparisonSections } from "./comparison-report.ts";
import { deliverySection } from "./delivery-section.ts";
import { fanOutSection } from "./fan-out-section.ts";
import { reportWidth } from "./format.ts";
import { connectionSection, errorSection, generatorSection, memorySection } from "./health-sections.ts";
import { latencySection, phaseSection, rateSection } from "./message-sections.ts";
import { queueSection } from "./queue-section.ts";
import { scalabilitySection } from "./scalability-section.ts";
import { resilienceSection } from "./resilience-section.ts";
import { singleConnectionsSection } from "./single-connections-section.ts";
import { streamSection } from "./stream-section.ts";
import { steadinessSection } from "./steadiness-section.ts";
import {
  bannerSection,
  closingLines,
  headerSection,
  isRegressionGate,
  thresholdSection,
  verdictSection,
} from "./verdict-sections.ts";

/** How a report is to look; it says the same in any of them. */
export interface TerminalReportOptions {
  readonly colour: boolean;
  /** Width of the terminal; reports are between 60 and 100 characters wide. */
  readonly columns: number;
  /** Path of the saved result, as the user would write it; null when it was not saved. */
  readonly savedTo: string | null;
  /** Where there is no terminal the last line is never cut, as something may read it. @default true */
  readonly isTerminal?: boolean;
}

/** The whole result for people: ASCII, in the order of its weight, ending in a line break. */
export function renderTerminalReport(result: RunResult, options: TerminalReportOptions): string {
  const width = reportWidth(options.columns);
  const isConnect = result.config.mode === "connect";
  const sections = [
    headerSection(result, width),
    bannerSection(result, width),
    thresholdSection(result, width),
    verdictSection(result, width),
    capacitySection(result, width),
    ...(isConnect ? [connectionSection(result, width)] : []),
    ...(isConnect ? [] : [deliverySection(result, width)]),
    fanOutSection(result, width),
    queueSection(result, width),
    latencySection(result, width),
    rateSection(result, width),
    streamSection(result, width),
    backpressureSection(result, width),
    classSection(result, width),
    phaseSection(result, width),
    booksSection(result, width),
    steadinessSection(result, width),
    scalabilitySection(result, width),
    ...(isConnect ? [] : [connectionSection(result, width)]),
    singleConnectionsSection(result, width),
    resilienceSection(result, width),
    memorySection(result, width),
    generatorSection(result, width),
    errorSection(result, width),
    ...(result.comparison === undefined
      ? []
      : comparisonSections(result.comparison, width, isRegressionGate(result.verdict))),
  ];
  return rendered(sections, result, options);
}

/** A capacity search for people: what was tried and what was found; its trials can be looked at in the whole report. */
export function renderCapacityReport(result: RunResult, options: TerminalReportOptions): string {
  const width = reportWidth(options.columns);
  return rendered([headerSection(result, width), capacitySection(result, width)], result, options);
}

function rendered(sections: readonly (readonly string[])[], result: RunResult, options: TerminalReportOptions): string {
  const closing = closingLines(
    result,
    options.savedTo,
    options.isTerminal === false ? Infinity : reportWidth(options.columns),
  );
  const text = [...sections, closing]
    .filter((section) => section.length > 0)
    .map((section) => section.join("\n"))
    .join("\n\n");
  return `${options.colour ? colourise(text) : text}\n`;
}
