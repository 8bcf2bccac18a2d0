import { exitCode } from "../errors/exit-code.ts";
import { comparisonSchemaName, type ComparedMetric, type Comparison, type Difference } from "../result/comparison.ts";
import { loadWords } from "./comparable-settings.ts";
import { compareCounts } from "./compare-counts.ts";
import { compareDistributions } from "./compare-distributions.ts";
import { compareMetrics, geomeanOfTimes } from "./compare-metrics.ts";
import { comparisonVerdict } from "./comparison-verdict.ts";
import { describeSides } from "./describe-side.ts";
import { findDifferences, isRefused, type NamedResult } from "./find-differences.ts";
import { mostPrimaries, timesWord, type MetricChoice } from "./metric-choice.ts";
import type { StoredNoiseFloor } from "./noise-floor.ts";
import { sideProblems } from "./side-problems.ts";

/** How to compare. */
export interface CompareOptions {
  /** Share that does not matter: 0.05. @default 0.05 */
  readonly noiseThreshold?: number;
  /** All primary; null for those that results of this kind have. @default null */
  readonly metrics?: readonly MetricChoice[] | null;
  /** Different hosts are a warning. @default false */
  readonly force?: boolean;
  /** One that holds for these runs (noiseFloorProblem). @default null */
  readonly noiseFloor?: StoredNoiseFloor | null;
}

export const defaultNoiseThreshold = 0.05;

/**
 * Saved results of one build against those of another, at least one a side. Runs that cannot be compared are no error but an
 * outcome, `not-comparable`, with all its reasons. Pure: reads no file and no clock.
 */
export function compareResults(
  base: readonly NamedResult[],
  changed: readonly NamedResult[],
  options: CompareOptions = {},
): Comparison {
  const { noiseThreshold = defaultNoiseThreshold, force = false, noiseFloor = null } = options;
  const [before, after] = [base.map(({ result }) => result), changed.map(({ result }) => result)];
  const differences = findDifferences(before, after, { force });
  const problems = [...sideProblems(base, changed), ...differences.filter(isRefused).map(refusal)];
  const head = {
    schema: comparisonSchemaName,
    load: loadWords(before[0]!),
    ...describeSides(base, changed),
    noiseThreshold,
    differences,
    isForced: force && differences.some(({ of }) => of === "host"),
  } as const;
  if (problems.length > 0) return { ...head, ...nothingCompared, verdict: notComparable(problems) };
  const record = noiseFloor?.record ?? null;
  const metrics = compareMetrics(before, after, {
    ...{ metrics: options.metrics ?? null, noiseThreshold, noiseFloor: record },
  });
  const counts = compareCounts(before, after);
  return {
    ...head,
    metrics,
    counts,
    geomean: geomeanOfTimes(metrics, timesWord(before[0]!)),
    distribution: compareDistributions(before, after),
    noiseFloor:
      noiseFloor === null
        ? null
        : {
            ...{ file: noiseFloor.file, createdAt: noiseFloor.record.createdAt },
            runs: noiseFloor.record.runs.length,
          },
    warnings: warningsOf([...base, ...changed], metrics),
    verdict: comparisonVerdict(metrics, counts),
  };
}

const nothingCompared = {
  ...{ metrics: [], counts: [], geomean: null, distribution: null, noiseFloor: null, warnings: [] },
} as const;

function notComparable(problems: readonly string[]): Comparison["verdict"] {
  return { outcome: "not-comparable", exitCode: exitCode.usage, reasons: problems };
}

function refusal({ what, of, base, new: changed }: Difference): string {
  const where = of === "host" ? "different hosts, " : "";
  return `${where}${what}: ${base} (base), ${changed} (new)`;
}

/** What makes the numbers weaker than they look. */
function warningsOf(runs: readonly NamedResult[], metrics: readonly ComparedMetric[]): readonly string[] {
  const degraded = runs.filter(({ result }) => result.generator.health === "degraded");
  const [first] = degraded;
  const primaries = metrics.filter(({ isPrimary }) => isPrimary).length;
  return [
    ...(first === undefined
      ? []
      : [
          `the generator was degraded in ${degraded.length} of ${runs.length} runs, as in "${first.name}": ` +
            (first.result.generator.reasons[0] ?? "no reason given"),
        ]),
    ...(primaries > mostPrimaries
      ? [`${primaries} metrics can fail this comparison; with more than ${mostPrimaries} false alarms add up`]
      : []),
  ];
}
