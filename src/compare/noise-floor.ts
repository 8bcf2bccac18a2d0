import type { RunResult } from "../result/run-result.ts";
import { coefficientOfVariation, pairDistance, pairRatioSpread } from "../statistics/pair-spread.ts";
import { changeKindOf } from "./change-kind.ts";
import { comparableSettings, loadWords } from "./comparable-settings.ts";
import { isDeliveryRatio } from "./compare-delivery.ts";
import { defaultMetrics, type MetricChoice } from "./metric-choice.ts";
import { samplesNeeded } from "../verdict/evaluate-threshold.ts";
import { resolvedValue } from "./resolved-value.ts";
import { noiseFloorSchemaName, type MetricFloor, type NoiseFloor } from "./noise-floor-record.ts";

const dayMs = 86_400_000;
/** Machines change under us: neighbours, kernels, temperature. */
const validDays = 30;

/** A stored noise floor with the file it came from. */
export interface StoredNoiseFloor {
  readonly file: string;
  readonly record: NoiseFloor;
}

/**
 * The noise floor of runs of one build under one load on one host, at least two. Metrics without a value in every run,
 * or with too few samples for one, have none. Whether the runs belong together is the caller's to know (`sideProblems`, `findDifferences`).
 */
export function makeNoiseFloor(
  runs: readonly RunResult[],
  facts: { readonly createdAt: string; readonly toolVersion: string },
): NoiseFloor {
  const [first] = runs;
  if (first === undefined || runs.length < 2)
    throw new Error("a noise floor takes two runs. This is a bug in floodgate.");
  const choices = defaultMetrics(runs);
  const unresolved = choices
    .filter(({ selection }) => runs.some((run) => resolvedValue(run, selection).isUnresolved))
    .map(({ name, selection }) => ({ name, samplesNeeded: samplesNeeded(selection.stat) }));
  return {
    schema: noiseFloorSchemaName,
    createdAt: facts.createdAt,
    toolVersion: facts.toolVersion,
    hostFingerprint: first.environment.hostFingerprint,
    load: loadWords(first),
    settings: comparableSettings(first),
    runs: runs.map(({ id, startedAt }) => ({ id, startedAt })),
    metrics: choices.flatMap((choice) => floorOf(choice, runs) ?? []),
    ...(unresolved.length > 0 && { unresolved }),
  };
}

function floorOf(choice: MetricChoice, runs: readonly RunResult[]): MetricFloor | null {
  const values = runs.flatMap((run) => resolvedValue(run, choice.selection).value ?? []);
  // Messages are counted; chance has no say in which of them came.
  if (values.length < runs.length || isDeliveryRatio(choice)) return null;
  const kind = changeKindOf(choice, values);
  const floor = kind === "ratio" ? pairRatioSpread(values) : pairDistance(values);
  if (floor === null) return null;
  const { name, unit } = choice;
  return { name, unit, kind, floor, coefficientOfVariation: coefficientOfVariation(values), values };
}

/** Why a stored noise floor says nothing about these runs, as what follows its name; null when it does. */
export function noiseFloorProblem(record: NoiseFloor, run: RunResult, nowEpochMs: number): string | null {
  if (record.hostFingerprint !== run.environment.hostFingerprint) return "was taken on another host";
  const settings = comparableSettings(run);
  const names = new Set([...Object.keys(settings), ...Object.keys(record.settings)]);
  for (const name of names) {
    const [taken, now] = [record.settings[name] ?? "-", settings[name] ?? "-"];
    if (taken !== now) return `was taken under another load: ${name} ${taken}, not ${now}`;
  }
  const days = Math.floor((nowEpochMs - Date.parse(record.createdAt)) / dayMs);
  return days > validDays ? `is ${days} days old; it holds for ${validDays}` : null;
}
