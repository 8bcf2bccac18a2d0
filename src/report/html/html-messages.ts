import type { ResultBlock } from "../../result/result-blocks.ts";
import type { RunResult } from "../../result/run-result.ts";
import {
  backpressureHeads,
  backpressureNotes,
  backpressureRows,
  backpressureVerdict,
} from "../backpressure-section.ts";
import { classHeads, classNotes, classRows } from "../class-section.ts";
import { deliveryFigures, deliveryNotes, lossSentence } from "../delivery-section.ts";
import { countText, ratioText, secondsText, timeText } from "../format.ts";
import {
  deliveredRate,
  dueCells,
  phaseNotes,
  rateFigures,
  rateHeads,
  resolvedText,
  scheduleText,
  shownTimes,
  timesCells,
  timesHeads,
  unsentNotes,
} from "../message-sections.ts";
import { judgedPhases, steadinessCells, steadinessColumns, steadinessNotes } from "../steadiness-section.ts";
import { streamFigures, streamNotes } from "../stream-section.ts";
import { figureList, htmlTable, notes, numberColumns, textColumn } from "./html-table.ts";
import { markup, type Html, type HtmlValue } from "./html-text.ts";

/** Messages and bytes per second. */
export function rateBody(result: RunResult): Html {
  const { totals, config } = result;
  return markup`${figureList("Rates over the measured time", rateFigures(totals, config))}${notes(unsentNotes(result))}`;
}

/** Mode push: what the streams gave, and how steadily; null in other modes. */
export function streamBody({ streams, backpressure }: RunResult): Html | null {
  if (streams === undefined) return null;
  const { interArrivalUs } = streams;
  const columns = [textColumn("time"), ...numberColumns("samples", ...timesHeads)];
  const row = ["interval", countText(interArrivalUs.count), ...timesCells(interArrivalUs)];
  const table =
    interArrivalUs.count === 0 ? null : htmlTable("From one arrival on a stream to the next", columns, [row]);
  return markup`${figureList("Streams", streamFigures(streams))}${table}${notes(streamNotes(streams, backpressure !== undefined))}`;
}

/** Where every message went; null when nothing was expected. */
export function deliveryBody(result: RunResult): Html | null {
  const { totals } = result;
  if (totals.messages.expected === 0) return null;
  // The chart has said the first sentence.
  const others = deliveryNotes(result).filter((note) => note !== lossSentence(result));
  return markup`${figureList("Messages", deliveryFigures(totals))}${notes(others)}`;
}

/** Latency, service and slip side by side; in a closed loop the one time there is. */
export function timesBody(result: RunResult): Html | null {
  const { title, times, notes: lines } = shownTimes(result);
  if (times.length === 0) return null;
  const rows = times.map(([name, each]) => [name, countText(each.count), ...timesCells(each)]);
  const columns = [textColumn("time"), ...numberColumns("samples", ...timesHeads)];
  return markup`${htmlTable(`${title} of the measured time`, columns, rows)}${notes(lines)}`;
}

/** Whether each phase of an even load held one level, and what it held; null where there is none. */
export function steadinessBody(result: RunResult): Html | null {
  const judged = judgedPhases(result);
  if (judged.length === 0) return null;
  const columns = steadinessColumns.map(({ title, align = "right" }) => ({ title, align }));
  return markup`${htmlTable("Phases of an even load", columns, judged.map(steadinessCells))}${notes(
    steadinessNotes(judged),
  )}`;
}

/** One line for each phase, warm-up included; null in connect mode. */
export function phaseTable(result: RunResult): Html | null {
  const { phases, config } = result;
  if (phases.length === 0 || config.mode === "connect") return null;
  const hasEfficiency = config.scaling !== null;
  const columns = [
    textColumn("phase"),
    ...numberColumns("time", "conns", ...blockTitles(config)),
    ...(hasEfficiency ? numberColumns("efficiency") : []),
    textColumn("schedule"),
  ];
  const rows = phases.map((phase): readonly HtmlValue[] => [
    phase.measured ? phase.name : `${phase.name} (not measured)`,
    `${secondsText(phase.startMs).replace(" s", "")}-${secondsText(phase.endMs)}`,
    countText(phase.connections.planned),
    ...blockCells(phase, config),
    ...(hasEfficiency ? [ratioText(phase.scalingEfficiency)] : []),
    scheduleText(phase),
  ]);
  return markup`${htmlTable("In time order", columns, rows)}${notes(phaseNotes(result))}`;
}

/** Fast streams before and while others read slowly; null where none does. */
export function backpressureBody({ backpressure }: RunResult): Html | null {
  if (backpressure === undefined) return null;
  const columns = [textColumn("streams"), ...numberColumns(...backpressureHeads)];
  const table = htmlTable(backpressureVerdict(backpressure), columns, backpressureRows(backpressure));
  return markup`${table}${notes(backpressureNotes(backpressure))}`;
}

/** One line for each class of messages; null when they have none. */
export function classTable(result: RunResult): Html | null {
  const rows = classRows(result);
  if (rows.length === 0) return null;
  const columns = [textColumn("class"), ...numberColumns(...classHeads(result))];
  return markup`${htmlTable("By class", columns, rows)}${notes(classNotes(result))}`;
}

function blockTitles(config: RunResult["config"]): readonly string[] {
  return [...rateHeads(config), "delivery", "lost", "p50", "p95", "p99", "max"];
}

function blockCells(block: ResultBlock, config: RunResult["config"]): readonly string[] {
  return [
    ...dueCells(block, config),
    deliveredRate(block, config),
    ratioText(block.deliveryRatio),
    block.messages.expected === 0 ? "-" : countText(block.messages.lost),
    resolvedText(block, "p50"),
    resolvedText(block, "p95"),
    resolvedText(block, "p99"),
    timeText(block.latencyUs.max),
  ];
}
