import { readdir } from "node:fs/promises";
import { basename, dirname, extname } from "node:path";
import type { SeriesSide } from "../compare/series-record.ts";
import type { Host } from "../host/host.ts";
import type { RunRequest } from "../profile/run-request.ts";
import { defaultResultPath } from "../result/write-result.ts";
import { fileOfMember } from "./member-file.ts";
import type { SeriesMember } from "./plan-series.ts";

/** Where the result of a run goes, and whether it takes the place of an older file: only under a name the user chose. */
export interface ResultPlace {
  readonly path: string;
  readonly replace: boolean;
}

/** `--output`, or a new file in results/, which says of which of two targets it is. */
export function resultPlace({ output, plan }: RunRequest, host: Host, side: SeriesSide): ResultPlace {
  if (output.file !== null) return { path: output.file, replace: true };
  const run = { profile: plan.profile, runId: plan.runId, startedAtEpochMs: host.clock.epochMs() };
  const path = defaultResultPath(run);
  return { path: side === null ? path : fileOfMember(path, side), replace: false };
}

/**
 * Says which files an earlier, longer series has left beside those of this one, so that `out-*.json` would mean both.
 * `file` is what `--output` names.
 */
export async function warnOfLongerSeries(
  file: string | null,
  members: readonly SeriesMember[],
  host: Host,
): Promise<void> {
  if (file === null || members.length === 1 || members[0]?.request.output.quiet === true) return;
  const sides = new Set(members.map(({ side }) => side));
  const left: string[] = [];
  for (const side of sides) {
    const own = side === null ? file : fileOfMember(file, side);
    left.push(...(await leftFromLongerSeries(own, members.filter((member) => member.side === side).length)));
  }
  if (left.length === 0) return;
  host.stderr.write(`[WARN] left from a longer series, and not of this one: ${left.join(", ")}\n`);
}

/** In their order; `count` is how many runs this series has. */
export async function leftFromLongerSeries(file: string, count: number): Promise<readonly string[]> {
  const ending = extname(file);
  const start = `${basename(file, ending)}-`;
  const names = await readdir(dirname(file)).catch(() => []);
  const ordinalOf = (name: string) => Number(/^[1-9]\d*$/.exec(name.slice(start.length, name.length - ending.length)));
  return names
    .filter((name) => name.startsWith(start) && name.endsWith(ending) && ordinalOf(name) > count)
    .sort((a, b) => ordinalOf(a) - ordinalOf(b));
}
