import type { ResultThreshold, RunResult } from "../../result/run-result.ts";
import { changeText, countText, cut, ratioText, rateText, secondsText, timeText } from "../format.ts";
import { actualOf, headerLines, markerOf, shownWarnings, verdictMarker } from "../verdict-sections.ts";
import { codeTag, htmlTable, markerTag, notes, tiles } from "./html-table.ts";
import { markup, type Html } from "./html-text.ts";
import { timeName } from "./latency-charts.ts";

/** What was run, on what, and what must be known before any number. */
export function runHeader(result: RunResult): Html {
  return markup`${headerLines(result).map(
    (line) => markup`<p>${line}</p>
`,
  )}${banner(result)}`;
}

/** What must be known before any number: the generator was limited, the run is partial. */
function banner({ generator, end, durationMs }: RunResult): Html | null {
  const limited =
    generator.health === "limited"
      ? markup`<div class="banner warn"><p>${markerTag("[WARN]")} <strong>The generator was limited: these numbers say nothing certain about the target.</strong></p>
<ul>${generator.reasons.map((reason) => markup`<li>${reason}</li>`)}</ul></div>
`
      : null;
  const partial =
    end.kind === "interrupted" || end.kind === "aborted"
      ? markup`<div class="banner warn"><p>${markerTag("[WARN]")} <strong>${end.kind} after ${secondsText(durationMs)}${
          end.reason === null ? "" : `: ${end.reason}`
        }; the numbers are partial.</strong></p></div>
`
      : null;
  return limited === null && partial === null ? null : markup`${limited}${partial}`;
}

/** The outcome with its reasons and warnings, the figures in short, and every threshold with its actual value. */
export function verdictBody(result: RunResult): Html {
  const { verdict, thresholds } = result;
  const marker = verdictMarker(result);
  const [first = "", ...others] = verdict.reasons;
  const rows = thresholds.map((check) => [
    markerTag(markerOf(check, verdict.reasons)),
    codeTag(check.expression),
    actualOf(check),
    [detailOf(check), check.source].filter((text) => text !== "").join("; "),
  ]);
  const columns = [
    { title: "outcome", align: "left" },
    { title: "threshold", align: "left" },
    { title: "actual" },
    { title: "from", align: "left" },
  ] as const;
  return markup`<div class="verdict ${marker.slice(1, -1).toLowerCase()}">
<p>${markerTag(marker)} <strong>${verdict.outcome}</strong>${first === "" ? "" : `: ${verdict.outcome === "inconclusive" ? cut(first, longestReason) : first}`} <span class="note">(exit code ${verdict.exitCode})</span></p>
${others.length === 0 ? null : markup`<ul>${others.map((reason) => markup`<li>${reason}</li>`)}</ul>`}
</div>
${shownWarnings(result).map(
  ({ text }) => markup`<p>${markerTag("[WARN]")} ${text}</p>
`,
)}
${tiles(keyFigures(result))}
${thresholds.length === 0 ? notes(["No threshold was set."]) : htmlTable("Thresholds", columns, rows)}`;
}

/** Why a limited generator was that can be long, and the banner above tells it in full. */
const longestReason = 120;

function detailOf({ outcome, detail = "" }: ResultThreshold): string {
  return outcome === "not-evaluated" ? `not evaluated: ${detail.replace(/:.*$/s, "")}` : detail;
}

type Figure = readonly [name: string, value: string, note?: string];

function keyFigures(result: RunResult): readonly Figure[] {
  const { totals, config, memory, generator } = result;
  const { connections } = totals;
  const target = memory.target === null ? [] : [memoryFigure("target memory", memory.target.growthBytes)];
  const health: Figure = ["generator", generator.health];
  if (config.mode === "connect") {
    const { p50, max, unresolved } = connections.connectUs;
    return [
      ["connections open", countText(connections.openAtEnd), `of ${countText(connections.planned)}`],
      ["failed attempts", countText(connections.failed)],
      ["time to connect", unresolved.includes("p50") ? "-" : timeText(p50), `median; largest ${timeText(max)}`],
      ...target,
      health,
    ];
  }
  const isClosed = totals.loop === "closed";
  const times = isClosed ? totals.serviceUs : totals.latencyUs;
  const percentile = (name: "p50" | "p99") => (times.unresolved.includes(name) ? "-" : timeText(times[name]));
  const { promisedPerSecond } = totals.rate;
  const promised = promisedPerSecond == null ? "" : `of ${rateText(promisedPerSecond)}/s promised`;
  const rate: Figure =
    config.mode === "push"
      ? ["seen", `${rateText(totals.rate.deliveredPerSecond)}/s`, promised]
      : isClosed
        ? ["sent", `${rateText(totals.rate.sentPerSecond)}/s`]
        : [
            "sent",
            `${rateText(totals.rate.sentPerSecond)}/s`,
            `of ${rateText(totals.rate.offeredPerSecond)}/s offered`,
          ];
  return [
    ["delivery", ratioText(totals.deliveryRatio), `${countText(totals.messages.lost)} lost`],
    [`${timeName(result)} p50`, percentile("p50")],
    [`${timeName(result)} p99`, percentile("p99"), `largest ${timeText(times.max)}`],
    rate,
    ...target,
    health,
  ];
}

function memoryFigure(name: string, growthBytes: number | null): Figure {
  return [name, changeText(growthBytes), "growth"];
}
