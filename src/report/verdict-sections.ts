import { mixOfSavedPlan } from "../result/read-saved-plan.ts";
import type { ResultThreshold, RunResult } from "../result/run-result.ts";
import { warningCodes } from "../result/warnings.ts";
import { formatCheckValue } from "../verdict/format-check.ts";
import { isUndecided } from "../verdict/verdict.ts";
import { amount, cut, cutMiddle, plain, secondsText, wrap } from "./format.ts";
import { renderTable } from "./terminal-table.ts";

/** The four markers; colour is only ever added to them. */
export type Marker = "[PASS]" | "[FAIL]" | "[WARN]" | "[INFO]";

/** Shown where the numbers are that they are about, and not once more among the warnings. */
const shownElsewhere: readonly string[] = [
  warningCodes.generatorLimited,
  warningCodes.generatorDegraded,
  warningCodes.percentileUnresolved,
  warningCodes.closedLoop,
  warningCodes.deliveryUnknown,
];

/** What was run, on what, against what. */
export function headerSection(result: RunResult, width: number): readonly string[] {
  return [
    cut(`floodgate: ${plain(titleOf(result))}`, width),
    ...headerLines(result).flatMap((line) => wrap(line, width, "  ")),
  ];
}

/** What a run is called: its title, or else its profile. */
export function titleOf({ title, config }: Pick<RunResult, "title" | "config">): string {
  return title === "" ? config.profile : title;
}

/** What was run, on what, against what, a line each, in the words of whoever wrote them. */
export function headerLines({ config, environment, target, ...result }: RunResult): readonly string[] {
  const { phases, generator, totals } = result;
  const tags = Object.entries(result.tags).map(([key, value]) => `${key}=${value}`);
  const where = target.description.includes(target.url) ? target.description : `${target.description} at ${target.url}`;
  const compression = { true: ", compressed", false: ", compression not agreed", null: "" }[
    `${target.compressionAgreed}`
  ];
  const mix = mixOfSavedPlan({ config });
  const started = result.startedAt.slice(0, 19).replace("T", " ");
  return [
    `profile ${config.profile}, environment ${environment.name} (${environment.reason}), mode ${config.mode}, seed ${config.seed}`,
    `target ${where}${compression}`,
    `${amount(totals.connections.planned, "connection")}, ${amount(generator.workers.length, "worker")}, ` +
      `${phases.length === 0 ? "" : `${amount(phases.length, "phase")}, `}${secondsText(result.durationMs)} from ${started} UTC`,
    ...(mix === null ? [] : [`messages ${plain(mix)}`]),
    ...(tags.length === 0 ? [] : [`tags ${tags.join(", ")}`]),
  ];
}

/** What a reader must know before any number: the generator was limited, the run is partial. */
export function bannerSection({ generator, end, durationMs }: RunResult, width: number): readonly string[] {
  const lines: string[] = [];
  if (generator.health === "limited") {
    lines.push(
      ...wrap("the generator was limited: these numbers say nothing certain about the target", width, "[WARN] "),
    );
    lines.push(...generator.reasons.flatMap((reason) => wrap(reason, width, "       - ")));
  }
  if (end.kind === "interrupted" || end.kind === "aborted") {
    const reason = end.reason === null ? "" : `: ${end.reason}`;
    lines.push(
      ...wrap(`${end.kind} after ${secondsText(durationMs)}${reason}; the numbers are partial`, width, "[WARN] "),
    );
  }
  return lines;
}

/** Every threshold with its actual value. */
export function thresholdSection({ thresholds, verdict }: RunResult, width: number): readonly string[] {
  if (thresholds.length === 0) return ["Thresholds", "  none"];
  const rows = thresholds.map((check) => [
    markerOf(check, verdict.reasons),
    check.expression,
    actualOf(check),
    check.source === "--threshold" ? (check.detail ?? "") : [check.detail, check.source].filter(Boolean).join("; "),
  ]);
  const columns = [
    { title: "", align: "left" },
    { title: "threshold", align: "left" },
    { title: "actual" },
    { title: "", align: "left", isCutFirst: true },
  ] as const;
  return ["Thresholds", ...renderTable(columns, rows, width)];
}

/** What was measured, or that there was nothing. */
export function actualOf(check: ResultThreshold): string {
  return check.outcome === "no-data" ? "no data" : formatCheckValue(check);
}

/** The marker of a threshold. With --strict an unresolved one fails; the verdict's reasons say so. */
export function markerOf(check: ResultThreshold, reasons: readonly string[]): Marker {
  if (check.outcome === "pass") return "[PASS]";
  if (check.warnOnly) return "[WARN]";
  const fails = check.outcome === "fail" || check.outcome === "no-data";
  return fails || reasons.some((reason) => reason.startsWith(`threshold failed: ${check.expression}:`))
    ? "[FAIL]"
    : "[WARN]";
}

/** The outcome, its reasons, and what else weakens the result. */
export function verdictSection(result: RunResult, width: number): readonly string[] {
  const { verdict } = result;
  const [first = "", ...others] = verdict.reasons;
  return [
    "Verdict",
    ...wrap(first === "" ? verdict.outcome : `${verdict.outcome}: ${first}`, width, `  ${verdictMarker(result)} `),
    ...others.flatMap((reason) => wrap(reason, width, "         - ")),
    ...shownWarnings(result).flatMap((warning) => wrap(warning.text, width, "  [WARN] ")),
  ];
}

/** The warnings that no other part of a report tells. */
export function shownWarnings({ warnings, verdict }: RunResult): RunResult["warnings"] {
  return warnings.filter(
    ({ code, text }) => !shownElsewhere.includes(code) && !verdict.reasons.some((reason) => reason.includes(text)),
  );
}

/**
 * The last line of a report: the exit code, why, and where the result is kept; the place comes before it when both are
 * too long. With an infinite width nothing is cut.
 */
export function closingLines(result: RunResult, savedTo: string | null, width: number): readonly string[] {
  const { verdict } = result;
  const start = `${verdictMarker(result)} exit code ${verdict.exitCode}: `;
  const [first = verdict.outcome, ...others] = verdict.reasons;
  const more = verdict.outcome === "fail" && others.length > 0 ? ` (and ${others.length} more)` : "";
  const reason = plain(first);
  if (savedTo === null) return [`${start}${cut(reason, width - start.length - more.length)}${more}`];
  const saved = `saved to ${plain(savedTo)}`;
  const whole = `${start}${reason}${more}; ${saved}`;
  if (whole.length <= width) return [whole];
  return [cutMiddle(saved, width), `${start}${cut(reason, width - start.length - more.length)}${more}`];
}

/** The marker of a verdict, for whoever prints one of its reasons: `[WARN]` for what is neither good nor bad news. */
export function verdictMarker({ verdict, thresholds }: Pick<RunResult, "verdict" | "thresholds">): Marker {
  const { outcome } = verdict;
  if (outcome === "pass") {
    return thresholds.some((check) => !check.warnOnly && isUndecided(check)) ? "[WARN]" : "[PASS]";
  }
  return outcome === "fail" || outcome === "failed" ? "[FAIL]" : "[WARN]";
}

/** Whether a regression was a gate of this verdict, and has failed it. */
export function isRegressionGate({ reasons }: RunResult["verdict"]): boolean {
  return reasons.some((reason) => reason.startsWith("regression: "));
}
