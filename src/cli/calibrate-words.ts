import { usageError } from "../errors/floodgate-error.ts";
import type { SeriesRequest } from "../profile/run-request.ts";
import { longName, reportFlags, runFlags, type FlagSpec } from "./flag-table.ts";
import { flagValue, type Options } from "./flags.ts";
import { singleRun } from "./series-words.ts";

/** So many runs have 15 pairs, of which the floor is nearly the largest. */
const usualRuns = "6";

const ownFlags: readonly FlagSpec[] = [
  {
    flags: "-n, --repeat <n>",
    setting: null,
    group: "Calibration:",
    about: `runs to hold against each other (default: ${usualRuns})`,
  },
];

/** What judges a run, or makes more of it than one: calibrating does neither. */
const judging = [
  "--repeat",
  "--interleave",
  "--baseline",
  "--fail-on-regression",
  "--noise-threshold",
  "--force",
  "--threshold",
  "--abort-on-fail",
  "--abort-delay",
  "--strict",
];

/** The flags of `floodgate calibrate`: those of `run` that say what to do, and how often. */
export const calibrateFlags: readonly FlagSpec[] = [
  ...ownFlags,
  ...runFlags.filter((spec) => !judging.includes(longName(spec)) && !reportFlags.includes(spec)).map(calibrationFlag),
];

function calibrationFlag(spec: FlagSpec): FlagSpec {
  switch (longName(spec)) {
    // -n is the number of runs here.
    case "--messages":
      return { ...spec, flags: "--messages <n>" };
    case "--output":
      return { ...spec, about: "file of the noise floor (default: results/noise-floor/<profile>-<host>-<load>.json)" };
    case "--json":
      return { ...spec, about: "the noise floor as JSON on stdout, in place of the table" };
    default:
      return spec;
  }
}

/** How often to run. Throws a usage error for a single run, which differs from nothing. */
export function readCalibrationWords(options: Options): SeriesRequest {
  const text = typeof options.repeat === "string" ? options.repeat : usualRuns;
  const repeat = flagValue("repeats", "--repeat", text);
  if (repeat < 2) {
    throw usageError(
      `--repeat "${text}" is too few: a noise floor is how far runs lie apart`,
      `${usualRuns} runs will do`,
    );
  }
  return { ...singleRun, repeat };
}
