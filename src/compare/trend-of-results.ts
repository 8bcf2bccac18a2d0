import { whyLeftOut } from "./series-record.ts";
import { comparableSettings, hostSettings, loadWords } from "./comparable-settings.ts";
import type { SettingWords } from "./setting-words.ts";
import type { NamedResult } from "./find-differences.ts";
import { defaultMetrics, readMetricChoices, type MetricChoice } from "./metric-choice.ts";
import type { Sense } from "./judge-change.ts";
import { levelChanges, type LevelChange } from "./level-changes.ts";
import { measuredValue } from "../verdict/measured-value.ts";

/** Saved results over time: one series for each load and host, as numbers of others do not compare. */
export interface Trend {
  /** The longest first. */
  readonly series: readonly TrendSeries[];
  /** Results that are no point of any series, and why. */
  readonly leftOut: readonly { readonly name: string; readonly reason: string }[];
}

/** Runs of the same load on the same host, oldest first. */
export interface TrendSeries {
  /** The load in words; with what tells it apart where two read the same. */
  readonly load: string;
  readonly host: string;
  readonly runs: readonly TrendRun[];
  /** Those with any value; primary ones first. */
  readonly metrics: readonly TrendMetric[];
}

/** A run as a point in time. */
export interface TrendRun {
  readonly name: string;
  readonly id: string;
  /** UTC, ISO 8601. */
  readonly startedAt: string;
  /** The commit, version or other tag by which runs are told apart, else the date. */
  readonly label: string;
}

/** A metric over the runs of a series. */
export interface TrendMetric {
  /** As in a threshold. */
  readonly name: string;
  /** Canonical, as of thresholds. */
  readonly unit: string;
  readonly sense: Sense;
  readonly isPrimary: boolean;
  /** One a run; null where the run has none. */
  readonly values: readonly (number | null)[];
  /** Where another level begins; `at` is a place in `values`. */
  readonly changes: readonly LevelChange[];
}

/** Tags that name what was tested, the most telling first. */
const namingTags = ["version", "release", "tag", "commit", "sha", "build", "branch"];

/**
 * Sorts results into series and finds where a level changed. `metrics` are those asked for, as `--metrics` has them;
 * null for the primary ones. Throws a usage error when one of them is unknown.
 */
export function trendOfResults(results: readonly NamedResult[], metrics: string | null): Trend {
  const leftOut: { name: string; reason: string }[] = [];
  const groups = new Map<string, NamedResult[]>();
  const seen = new Map<string, string>();
  for (const { name, result } of results) {
    const twin = seen.get(result.id);
    const reason = twin === undefined ? whyLeftOut(result) : `it holds the same run as "${twin}"`;
    if (reason !== null) leftOut.push({ name, reason });
    else {
      const key = JSON.stringify([comparableSettings(result), hostSettings(result)]);
      groups.set(key, [...(groups.get(key) ?? []), { name, result }]);
      seen.set(result.id, name);
    }
  }
  const sorted = [...groups.values()].map(inTimeOrder).sort((a, b) => b.length - a.length);
  const loads = loadNames(sorted);
  return { series: sorted.map((group, at) => seriesOf(group, loads[at]!, metrics)), leftOut };
}

function inTimeOrder(group: readonly NamedResult[]): readonly NamedResult[] {
  return [...group].sort((a, b) => Date.parse(a.result.startedAt) - Date.parse(b.result.startedAt));
}

function seriesOf(group: readonly NamedResult[], load: string, metrics: string | null): TrendSeries {
  const results = group.map(({ result }) => result);
  const choices =
    metrics === null ? defaultMetrics(results).filter(({ isPrimary }) => isPrimary) : readMetricChoices(metrics);
  const tag = tellingTag(results.map(({ tags }) => tags));
  const minutes = new Set(results.map(({ startedAt }) => startedAt.slice(0, "2026-01-02T03:04".length)));
  // Seconds only where runs of the same minute would be called the same.
  const length = minutes.size < results.length ? "2026-01-02T03:04:05".length : "2026-01-02T03:04".length;
  const instantOf = ({ startedAt }: NamedResult["result"]): string => startedAt.slice(0, length).replace("T", " ");
  return {
    load,
    host: hostName(hostSettings(results[0]!)),
    runs: group.map(({ name, result }) => ({
      ...{ name, id: result.id, startedAt: result.startedAt },
      label: (tag === null ? undefined : result.tags[tag]) ?? instantOf(result),
    })),
    metrics: choices
      .map((choice) => metricOf(choice, group))
      .filter(({ values }) => values.some((value) => value !== null)),
  };
}

function metricOf(
  { name, unit, sense, isPrimary, selection }: MetricChoice,
  group: readonly NamedResult[],
): TrendMetric {
  const values = group.map(({ result }) => measuredValue(result, selection).value);
  return { name, unit, sense, isPrimary, values, changes: levelChanges(values, sense) };
}

/** Of the tags in which runs differ the most telling name, else the one that tells most of them apart; null when all are alike. */
function tellingTag(all: readonly Readonly<Record<string, string>>[]): string | null {
  const keys = [...new Set(all.flatMap((tags) => Object.keys(tags)))];
  const different = (key: string) => new Set(all.map((tags) => tags[key])).size;
  const rank = (key: string) => (namingTags.includes(key) ? namingTags.indexOf(key) : namingTags.length);
  const [best] = keys
    .sort((a, b) => rank(a) - rank(b) || different(b) - different(a) || (a < b ? -1 : 1))
    .filter((key) => different(key) > 1);
  return best ?? null;
}

function hostName(host: SettingWords): string {
  return `${host["CPU model"]}, ${host.cores} cores, ${host.platform}, Node ${host["Node version"]}, ${host["host fingerprint"]}`;
}

/** What each group did, in words; with what tells it apart from others that read the same: settings, else the host. */
function loadNames(groups: readonly (readonly NamedResult[])[]): readonly string[] {
  const firsts = groups.map((group) => group[0]!.result);
  const words = firsts.map(loadWords);
  return firsts.map((result, at) => {
    const twins = firsts.filter((_, other) => other !== at && words[other] === words[at]);
    const settings = tellingWords(comparableSettings(result), twins.map(comparableSettings));
    const host = settings.length > 0 ? [] : tellingWords(hostSettings(result), twins.map(hostSettings));
    return [words[at]!, ...settings, ...host].join("; ");
  });
}

function tellingWords(own: SettingWords, others: readonly SettingWords[]): readonly string[] {
  const telling = Object.entries(own).filter(([name, word]) => others.some((other) => other[name] !== word));
  return telling.map(([name, word]) => `${name} ${word}`);
}
