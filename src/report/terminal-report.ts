import pc from "picocolors";
import type { RunResult } from "../result/run-result.ts";
import { deliverySection } from "./delivery-section.ts";
import { widestColumns } from "./format.ts";
import { connectionSection, errorSection, generatorSection, memorySection } from "./health-sections.ts";
import { latencySection, phaseSection, rateSection } from "./message-sections.ts";
import { scalabilitySection } from "./scalability-section.ts";
import { bannerSection, closingLines, headerSection, thresholdSection, verdictSection } from "./verdict-sections.ts";

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

const narrowestColumns = 60;

/** The whole result for people: ASCII, in the order of its weight, ending in a line break. */
export function renderTerminalReport(result: RunResult, options: TerminalReportOptions): string {
  const width = Math.max(narrowestColumns, Math.min(widestColumns, options.columns));
  const isConnect = result.config.mode === "connect";
  const sections = [
    headerSection(result, width),
    bannerSection(result, width),
    thresholdSection(result, width),
    verdictSection(result, width),
    ...(isConnect ? [connectionSection(result, width)] : []),
    ...(isConnect ? [] : [deliverySection(result, width)]),
    latencySection(result, width),
    rateSection(result, width),
    phaseSection(result, width),
    scalabilitySection(result, width),
    ...(isConnect ? [] : [connectionSection(result, width)]),
    memorySection(result, width),
    generatorSection(result, width),
    errorSection(result, width),
    closingLines(result, options.savedTo, options.isTerminal === false ? Infinity : width),
  ];
  const text = sections
    .filter((section) => section.length > 0)
    .map((section) => section.join("\n"))
    .join("\n\n");
  return `${options.colour ? colourise(text) : text}\n`;
}

/** Adds colour to markers and weight to headings; takes no character away. */
function colourise(text: string): string {
  const { green, red, yellow, cyan, bold } = pc.createColors(true);
  const paint = { "[PASS]": green, "[FAIL]": red, "[WARN]": yellow, "[INFO]": cyan } as const;
  return text
    .replace(/^[A-Za-z][A-Za-z]*/gm, (heading) => bold(heading))
    .replace(/\[(PASS|FAIL|WARN|INFO)\]/g, (marker) => paint[marker as keyof typeof paint](marker));
}
