import type { Difference } from "../result/comparison.ts";
import type { RunResult } from "../result/run-result.ts";
import { comparableSettings, hostSettings, noticedSettings } from "./comparable-settings.ts";
import type { SettingWords } from "./setting-words.ts";

/** Results of one side with the names they go by. */
export interface NamedResult {
  /** The file it was read from, or what else a user knows it by. */
  readonly name: string;
  readonly result: RunResult;
}

/**
 * All that the runs of both sides do not have alike, what forbids comparing first. A difference inside one side is one too:
 * its words are joined. `force` turns different hosts into a warning.
 */
export function findDifferences(
  base: readonly RunResult[],
  changed: readonly RunResult[],
  options: { readonly force: boolean },
): readonly Difference[] {
  const between = (
    of: Difference["of"],
    severity: Difference["severity"],
    read: (result: RunResult) => SettingWords,
  ): readonly Difference[] =>
    differencesOf(base.map(read), changed.map(read)).map((difference) => ({ ...difference, of, severity }));
  const hosts = between("host", options.force ? "warn" : "refuse", hostSettings);
  // The fingerprint says no more than what it was made from.
  const told = hosts.length > 1 ? hosts.filter(({ what }) => what !== "host fingerprint") : hosts;
  const found = [
    ...between("load", "refuse", comparableSettings),
    ...told,
    ...between("surroundings", "warn", noticedSettings),
  ];
  return [...found.filter(isRefused), ...found.filter((difference) => !isRefused(difference))];
}

/** Whether a difference forbids comparing. */
export function isRefused({ severity }: Difference): boolean {
  return severity === "refuse";
}

function differencesOf(
  base: readonly SettingWords[],
  changed: readonly SettingWords[],
): readonly Pick<Difference, "what" | "base" | "new">[] {
  const names = new Set([...base, ...changed].flatMap((words) => Object.keys(words)));
  return [...names].flatMap((what) => {
    const textsOf = (side: readonly SettingWords[]) => [...new Set(side.map((words) => words[what] ?? "-"))];
    const [before, after] = [textsOf(base), textsOf(changed)];
    if (new Set([...before, ...after]).size === 1) return [];
    return [{ what, base: before.join(" and "), new: after.join(" and ") }];
  });
}
