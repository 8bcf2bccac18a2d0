import type { CompareWords } from "../commands/command-words.ts";
import { usageError } from "../errors/floodgate-error.ts";
import { comparisonReportFlags, type FlagSpec } from "./flag-table.ts";
import { flagValue } from "./flags.ts";

const group = "Options:";

/** The flags of `floodgate compare`. */
export const compareFlags: readonly FlagSpec[] = [
  {
    flags: "--to <new.json...>",
    setting: null,
    group,
    isList: true,
    about: "results of the new build; a quoted pattern stands for all files it matches: 'results/pr-*.json'",
  },
  {
    flags: "--noise-threshold <share>",
    setting: null,
    group,
    about: "how far a metric may move and still count as the same (default: 5%)",
  },
  {
    flags: "--metrics <list>",
    setting: null,
    group,
    about: "compare these alone, each able to fail: latency.p99,rate.delivered (default: those of the load)",
  },
  {
    flags: "--noise-floor <file>",
    setting: null,
    group,
    about: "how much this host differs from itself (default: what calibrate has kept for this load, if anything)",
  },
  { flags: "--force", setting: null, group, about: "compare results of different hosts all the same" },
  ...comparisonReportFlags.map((spec) => ({ ...spec, group })),
  { flags: "-j, --json", setting: null, group, about: "the comparison as JSON on stdout" },
];

type Options = Readonly<Record<string, string | string[] | boolean | undefined>>;

/** What the words of a comparison ask for. Throws a usage error for what cannot be meant. */
export function readCompareWords(words: readonly string[], options: Options): Omit<CompareWords, "reports"> {
  const { noiseThreshold, metrics, noiseFloor } = options as Readonly<Record<string, string | undefined>>;
  return {
    ...readSides(words, (options.to ?? []) as readonly string[]),
    json: options.json === true,
    noiseThreshold: noiseThreshold === undefined ? null : flagValue("share", "--noise-threshold", noiseThreshold),
    metrics: metrics ?? null,
    force: options.force === true,
    noiseFloor: noiseFloor ?? null,
  };
}

/** Two words without --to are one side each. */
function readSides(words: readonly string[], to: readonly string[]): Pick<CompareWords, "base" | "new"> {
  const example = "floodgate compare 'results/main-*.json' --to 'results/pr-*.json'";
  const empty = [...words, ...to].some((word) => word.trim() === "");
  if (empty) throw usageError("one of the files has an empty name", example);
  if (to.length > 0) return { base: words, new: to };
  const [base = "", changed, ...more] = words;
  if (changed === undefined) {
    throw usageError(`there is nothing to compare "${base}" with`, "floodgate compare base.json new.json");
  }
  if (more.length > 0) {
    throw usageError(`${words.length} results, and no --to that tells the base from the new ones`, example);
  }
  return { base: [base], new: [changed] };
}
