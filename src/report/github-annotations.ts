import type { ResultThreshold, RunResult } from "../result/run-result.ts";
import { formatCheck } from "../verdict/format-check.ts";
import { markerOf, titleOf } from "./verdict-sections.ts";

/** A place in a file of the repository, as GitHub names it. */
export interface RepositoryPlace {
  /** From the top of the repository. */
  readonly file: string;
  readonly line: number;
}

interface Annotation {
  readonly level: "error" | "warning";
  readonly title: string;
  readonly message: string;
  readonly place: RepositoryPlace | null;
}

/** GitHub shows no more of a step, of each level. */
const mostOfLevel = 10;

/**
 * The workflow commands by which GitHub Actions notes at a job what did not hold: an error for each threshold that failed
 * and for a run that failed, a warning for what could not be judged or is advisory. At most ten of each. Empty when all
 * held. `placeOf` finds the place of a threshold from its source (`profiles/ci.yaml:12`).
 */
export function renderAnnotations(result: RunResult, placeOf: (source: string) => RepositoryPlace | null): string {
  const all = [...runAnnotations(result), ...thresholdAnnotations(result, placeOf)];
  const kept = (["error", "warning"] as const).flatMap((level) =>
    all.filter((annotation) => annotation.level === level).slice(0, mostOfLevel),
  );
  return kept.map((annotation) => `${commandOf(annotation)}\n`).join("");
}

/** What no threshold tells: that the run itself came to nothing, was cut short or could not be judged. */
function runAnnotations(result: RunResult): readonly Annotation[] {
  const { outcome, reasons } = result.verdict;
  if (outcome === "pass" || outcome === "fail") return [];
  const level = outcome === "failed" ? "error" : "warning";
  return [{ level, title: `${titleOf(result)}: ${outcome}`, message: reasons.join("\n"), place: null }];
}

function thresholdAnnotations(
  { thresholds, verdict, ...result }: RunResult,
  placeOf: (source: string) => RepositoryPlace | null,
): readonly Annotation[] {
  return thresholds.flatMap((check): readonly Annotation[] => {
    const level = levelOf(check, verdict.reasons);
    if (level === null) return [];
    return [
      {
        level,
        title: `${titleOf(result)}: ${check.metric}`,
        message: formatCheck(check),
        place: placeOf(check.source),
      },
    ];
  });
}

function levelOf(check: ResultThreshold, reasons: readonly string[]): Annotation["level"] | null {
  const marker = markerOf(check, reasons);
  return marker === "[PASS]" ? null : marker === "[FAIL]" ? "error" : "warning";
}

function commandOf({ level, title, message, place }: Annotation): string {
  const properties = [
    ...(place === null ? [] : [`file=${propertyText(place.file)}`, `line=${place.line}`]),
    `title=${propertyText(title)}`,
  ];
  return `::${level} ${properties.join(",")}::${messageText(message)}`;
}

/** As @actions/core escapes: the runner undoes exactly this. */
function messageText(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function propertyText(text: string): string {
  return messageText(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
