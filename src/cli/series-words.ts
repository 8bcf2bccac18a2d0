import { usageError } from "../errors/floodgate-error.ts";
import type { SeriesRequest } from "../profile/run-request.ts";
import { flagValue, type Options } from "./flags.ts";

/** So many runs of each side when two targets take turns: with fewer, ranks alone decide little. */
const interleavedRuns = "5";

/** No series, and nothing to compare with. */
export const singleRun: SeriesRequest = {
  repeat: 1,
  interleave: null,
  baseline: [],
  failOnRegression: false,
  noiseThreshold: null,
  force: false,
};

/** What `run` was told of repeating and comparing. Throws a usage error for a flag that would do nothing. */
export function readSeriesWords(options: Options): SeriesRequest {
  const interleave = textOf(options.interleave);
  const baseline = Array.isArray(options.baseline) ? options.baseline : [];
  if (interleave !== undefined && baseline.length > 0) {
    throw usageError(
      "--interleave and --baseline cannot be given together: each says what the runs are compared with",
      "leave out one of them",
    );
  }
  const empty = baseline.find((file) => file.trim() === "");
  if (empty !== undefined) throw usageError("--baseline is empty", "name a file, or leave it out");
  if (interleave !== undefined) flagValue("url", "--interleave", interleave);
  else if (baseline.length === 0) refuseUseless(options);
  return {
    repeat: flagValue(
      "repeats",
      "--repeat",
      textOf(options.repeat) ?? (interleave === undefined ? "1" : interleavedRuns),
    ),
    interleave: interleave ?? null,
    baseline,
    failOnRegression: options.failOnRegression === true,
    noiseThreshold:
      options.noiseThreshold === undefined
        ? null
        : flagValue("share", "--noise-threshold", textOf(options.noiseThreshold) ?? ""),
    force: options.force === true,
  };
}

function refuseUseless(options: Options): void {
  const flags = [
    ["--fail-on-regression", options.failOnRegression],
    ["--noise-threshold", options.noiseThreshold],
    ["--force", options.force],
  ] as const;
  const useless = flags.find(([, value]) => value !== undefined);
  if (useless === undefined) return;
  throw usageError(
    `${useless[0]} needs something to compare with`,
    "add --baseline <result.json> or --interleave <url>, or leave it out",
  );
}

function textOf(value: Options[string]): string | undefined {
  return typeof value === "string" ? value : undefined;
}
