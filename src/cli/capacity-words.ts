import { usageError } from "../errors/floodgate-error.ts";
import { nearestName } from "../errors/nearest-name.ts";
import type { CapacityOver, CapacityWords } from "../profile/capacity-request.ts";
import type { RunWords } from "../profile/run-request.ts";
import { longName, reportFlags, runFlags, type FlagSpec } from "./flag-table.ts";
import { flagValue, type GivenFlag } from "./flags.ts";

const search = "Search:";

/** Flags that only `floodgate capacity` has. */
const ownFlags: readonly FlagSpec[] = [
  {
    flags: "--until <expr>",
    setting: null,
    group: search,
    isList: true,
    about: "repeatable: what a load has to hold, written as a threshold: 'latency.p99<50ms'",
  },
  {
    flags: "--over <rate|connections>",
    setting: null,
    group: search,
    about: "what is raised: messages per second in total, or connections (default: rate)",
  },
  { flags: "--start <n>", setting: null, group: search, about: "first load (default: 1000 msg/s, or 10 connections)" },
  {
    flags: "--max <n>",
    setting: null,
    group: search,
    about: "highest load that may be tried (default: 10m msg/s, or 1m connections)",
  },
  {
    flags: "--per-connection <msg/s>",
    setting: null,
    group: search,
    about: "with --over connections: messages sent for each of them (default: 1)",
  },
  {
    flags: "--trial <time>",
    setting: null,
    group: search,
    about: "load of a short trial, to find the place (default: 10s)",
  },
  {
    flags: "--final <time>",
    setting: null,
    group: search,
    about: "load of a trial that decides; up to three for each bound (default: 30s)",
  },
  { flags: "--settle <time>", setting: null, group: search, about: "rest between two trials (default: 2s)" },
  {
    flags: "--width <share>",
    setting: null,
    group: search,
    about: "how close the bounds have to be, of the upper one (default: 5%)",
  },
  { flags: "--loss <share>", setting: null, group: search, about: "messages that may be lost (default: 0%)" },
];

/** Why a flag of `run` is none of `capacity`, and what to write. */
const unfit: Readonly<Record<string, readonly [why: string, mend: string]>> = {
  "--rate": ["the rate is what capacity raises", "give where to begin with --start"],
  "--duration": ["trials have lengths of their own", "give them with --trial and --final"],
  "--messages": ["trials last as long as --trial and --final say", "leave it out"],
  "--stage": ["every trial holds one load", "give where to begin with --start"],
  "--burst": ["every trial holds one load", "give where to begin with --start"],
  "--in-flight": ["trials send by schedule, whether or not answers have come", "leave it out"],
  "--threshold": ["what a load has to hold is said with --until", "write --until in place of --threshold"],
  "--abort-on-fail": ["a trial is run to its end", "leave it out"],
  "--abort-delay": ["a trial is run to its end", "leave it out"],
  "--gate": ["trials are judged by their values, and tried again where they disagree", "leave it out"],
  "--strict": ["a condition left undecided does not hold here anyway", "leave it out"],
};
const keptWithoutSetting = ["--env", "--output", "--json", "--quiet", "--no-progress", "--metrics-port"];

/** The flags of `floodgate capacity`: its own, and those of `run` that say how to connect, what to send, where to write. */
export const capacityFlags: readonly FlagSpec[] = [
  ...ownFlags,
  ...runFlags
    .filter((spec) => {
      const name = longName(spec);
      if (unfit[name] !== undefined) return false;
      return spec.setting !== null || keptWithoutSetting.includes(name) || reportFlags.includes(spec);
    })
    .map((spec) =>
      longName(spec) === "--warmup"
        ? { ...spec, about: "of every trial: sent first and left out of its totals (default: 1s)" }
        : spec,
    ),
];

/** What to say of a flag of `run` (long or short) that capacity has not; null when run has it neither. */
export function unfitFlag(flag: string): Error | null {
  const spec = runFlags.find(({ flags }) => flags.split(/[ ,]+/).includes(flag));
  if (spec === undefined) return null;
  const [why, mend] = unfit[longName(spec)] ?? ["it is a flag of run", "leave it out"];
  return usageError(`${flag} does not fit capacity: ${why}`, mend);
}

/** New connections answer late at first, so that a trial without a warm-up would be judged by that; and a title says what it was. */
const defaults: Readonly<Record<string, string>> = { "--warmup": "1s", "--title": "capacity" };

/** The given flags, and those that trials have when nobody gives them: a profile's warm-up is that of its own stages. */
export function withTrialDefaults(given: readonly GivenFlag[]): readonly GivenFlag[] {
  const names = given.map(({ spec }) => longName(spec));
  const missing = Object.entries(defaults).filter(([name]) => !names.includes(name));
  return [
    ...given,
    ...missing.map(([name, value]) => ({ spec: capacityFlags.find((spec) => longName(spec) === name)!, value })),
  ];
}

/** The words of the search itself. Throws usage errors that name the flag. */
export function readCapacityWords(
  options: Readonly<Record<string, string | readonly string[] | boolean | undefined>>,
  run: RunWords,
): CapacityWords {
  const text = (name: string, otherwise: string) => (options[name] ?? otherwise) as string;
  const over = readOver(text("over", "rate"));
  const loadKind = over === "rate" ? "rate" : "connections";
  const load = (name: "start" | "max") => {
    const given = options[name] as string | undefined;
    return given === undefined ? null : flagValue(loadKind, `--${name}`, given);
  };
  const perConnection = options.perConnection as string | undefined;
  return {
    run,
    until: (options.until ?? []) as readonly string[],
    over,
    start: load("start"),
    max: load("max"),
    perConnection: perConnection === undefined ? null : flagValue("rate", "--per-connection", perConnection),
    trialMs: flagValue("time", "--trial", text("trial", "10s")),
    finalMs: flagValue("time", "--final", text("final", "30s")),
    settleMs: flagValue("time-or-0", "--settle", text("settle", "2s")),
    width: flagValue("share", "--width", text("width", "5%")),
    loss: flagValue("share", "--loss", text("loss", "0")),
  };
}

function readOver(text: string): CapacityOver {
  if (text === "rate" || text === "connections") return text;
  const nearest = nearestName(text, ["rate", "connections"]);
  const hint = nearest === undefined ? "write rate or connections" : `did you mean ${nearest}?`;
  throw usageError(`--over "${text}" is not one of rate, connections`, hint);
}
