import type { NamedResult } from "../../src/compare/find-differences.ts";
import { trendOfResults, type Trend } from "../../src/compare/trend-of-results.ts";
import { comparedRun, type RunChanges } from "./compared-runs.ts";

/** Runs a day apart, each by so much slower than a median of 1 ms; their commits are numbered. */
export function history(slower: readonly number[], changes: Omit<RunChanges, "slower"> = {}): readonly NamedResult[] {
  return slower.map((factor, index) => {
    const result = comparedRun(`run-${index + 1}`, { ...changes, slower: factor });
    return {
      name: `results/${String(index + 1).padStart(2, "0")}.json`,
      result: {
        ...result,
        startedAt: new Date(Date.UTC(2026, 0, 2 + index, 3, 4, 5)).toISOString(),
        tags: { branch: "main", commit: `c0ffee${index + 1}` },
      },
    };
  });
}

/** The same noise for every history, of about 2 %. */
export const noise = [1, 1.02, 0.99, 1.01, 0.98, 1.015, 0.995, 1.005, 0.985, 1.01, 0.99, 1.02, 1, 0.98, 1.01, 0.99];

const rises = noise.map((factor, index) => (index >= 10 ? factor * 1.25 : factor));

/** Trends that a report has to show. */
export const trendCases: Readonly<Record<string, Trend>> = {
  change: trendOfResults(history(rises), null),
  level: trendOfResults(history(noise.slice(0, 6)), null),
  mixed: trendOfResults(
    [
      ...history(noise),
      ...history([1, 1.1]).map(({ result }, index) => ({
        name: `results/other-${index}.json`,
        result: {
          ...result,
          id: `other-${index}`,
          environment: { ...result.environment, cores: 8, hostFingerprint: "fedcba9876543210" },
        },
      })),
      ...history([1]).map(({ result }) => ({
        name: "results/partial.json",
        result: { ...result, id: "partial", end: { kind: "interrupted" as const, reason: "SIGINT" } },
      })),
    ],
    null,
  ),
};
