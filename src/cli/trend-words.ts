import type { TrendWords } from "../commands/command-words.ts";
import { usageError } from "../errors/floodgate-error.ts";
import type { ReportRequest } from "../profile/run-request.ts";
import { trendReporters } from "../report/reporters.ts";
import type { FlagSpec } from "./flag-table.ts";

const group = "Trend:";

/** The flags of `report` that are about many results. */
export const trendFlags: readonly FlagSpec[] = [
  ...trendReporters.map(({ flag, value, about }) => ({ flags: `${flag} ${value}`, setting: null, group, about })),
  {
    flags: "--metrics <list>",
    setting: null,
    group,
    about: "with --trend: these metrics instead: latency.p99,rate.delivered",
  },
];

type Options = Readonly<Record<string, string | string[] | boolean | undefined>>;

/** What is asked for when `report` is to show many results; null when it is one. Throws a usage error for what cannot be meant. */
export function readTrendWords(
  files: readonly string[],
  options: Options,
  others: { readonly reports: readonly ReportRequest[]; readonly json: boolean },
): TrendWords | null {
  const { trend, metrics } = options as Readonly<Record<string, string | undefined>>;
  if (trend === undefined) {
    if (metrics !== undefined)
      throw usageError("--metrics needs --trend", "add --trend <file>, or leave --metrics out");
    if (files.length === 1) return null;
    throw usageError(
      `report shows one result, and ${files.length} are named`,
      "--trend <file> shows all of them over time; floodgate compare holds two sides against each other",
    );
  }
  if (trend.trim() === "") throw usageError("--trend is empty", "name a file, or leave it out");
  const [other] = [...(others.json ? ["--json"] : []), ...others.reports.map(({ flag }) => flag)];
  if (other !== undefined) {
    throw usageError(
      `${other} and --trend cannot be given together: one is of a single result, the other of many`,
      "leave out one of them",
    );
  }
  if (files.some((file) => file.trim() === "")) {
    throw usageError("one of the files has an empty name", "floodgate report 'results/*.json' --trend trend.html");
  }
  return { files, file: trend, metrics: metrics ?? null };
}
