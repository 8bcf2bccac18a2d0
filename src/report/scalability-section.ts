import type { RunResult } from "../result/run-result.ts";
import type { ResultScalability } from "../result/scalability-schema.ts";
import { countText, plain, rateText, timeText, wrap } from "./format.ts";

/** How throughput followed what grew, in scaling profiles: the fitted curve, its peak or why none is told, the knee. */
export function scalabilitySection({ scalability }: RunResult, width: number): readonly string[] {
  if (scalability === undefined) return [];
  return ["Scalability", ...scalabilityLines(scalability).flatMap((line) => wrap(line, width, "  "))];
}

/** The same a line each. */
export function scalabilityLines(scalability: ResultScalability): readonly string[] {
  return [
    ...peakLines(scalability),
    ...kneeLines(scalability),
    ...fitLines(scalability),
    ...scalability.leftOut.map(({ phase, reason }) => `left out: ${plain(phase)}: ${reason}`),
    ...(scalability.isRough && scalability.fit !== null
      ? ["a rough curve: by schedule no more is delivered than is offered, which the law does not know"]
      : []),
  ];
}

/** `97 connections`, `9,700 msg/s offered`. */
export function levelText(n: number, over: ResultScalability["over"]): string {
  if (over === "rate") return `${rateText(n)} msg/s offered`;
  const whole = Math.round(n);
  return `${countText(whole)} connection${whole === 1 ? "" : "s"}`;
}

function peakLines({ peak, peakReason, over }: ResultScalability): readonly string[] {
  if (peak === null) return peakReason === null ? [] : [peakReason];
  const sure = peak.nInterval === null ? "" : `; 95 % interval ${intervalText(peak.nInterval, countOf)}`;
  return [`peak near ${levelText(peak.n, over)}: ${rateText(peak.deliveredPerSecond)} msg/s delivered${sure}`];
}

function kneeLines({ knee, over, levels }: ResultScalability): readonly string[] {
  if (knee === null) return [];
  const at = `${levelText(knee.n, over)}: ${rateText(knee.deliveredPerSecond)} msg/s delivered at ${timeText(knee.meanLatencyUs)} mean latency`;
  return knee.isInside
    ? [`knee (most throughput for its latency) of ${levels.length} levels at ${at}`]
    : [`knee not reached: throughput for its latency is greatest at the last level, ${at}`];
}

function fitLines({ fit, peak, over, levels }: ResultScalability): readonly string[] {
  if (fit === null) return [];
  const { lambda, sigma, kappa, limitPerSecond, r2, residualPerSecond, intervals } = fit;
  const per = over === "rate" ? "msg/s offered" : "connection";
  const range = (key: "lambda" | "sigma" | "kappa") =>
    intervals === null ? "" : ` [${intervalText(intervals[key], figureText)}]`;
  const quality = [
    ...(r2 === null ? [] : [`R2 ${r2.toFixed(3)}`]),
    ...(residualPerSecond === null ? [] : [`residual error ${rateText(residualPerSecond)} msg/s`]),
  ];
  return [
    `scalability law of ${levels.length} levels: ${figureText(lambda)}${range("lambda")} msg/s per ${per}, contention ${figureText(sigma)}${range("sigma")}, ` +
      `coherency cost ${figureText(kappa)}${range("kappa")}${quality.length === 0 ? "" : `; ${quality.join(", ")}`}`,
    // Without a peak it lies too far out to be more than a guess.
    ...(limitPerSecond === null || peak === null
      ? []
      : [`contention alone would allow ${rateText(limitPerSecond)} msg/s`]),
  ];
}

function intervalText(
  { low, high }: { readonly low: number; readonly high: number | null },
  of: (value: number) => string,
): string {
  return high === null ? `${of(low)} and more` : `${of(low)} to ${of(high)}`;
}

function countOf(value: number): string {
  return countText(Math.round(value));
}

/** Three significant digits, as a fit of some levels deserves. */
function figureText(value: number): string {
  return value === 0 ? "0" : Number(value.toPrecision(3)).toString();
}
