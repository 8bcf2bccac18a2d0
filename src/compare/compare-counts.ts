import type { ComparedCount, Judgement } from "../result/comparison.ts";
import type { ResultBlock } from "../result/result-blocks.ts";
import type { RunResult } from "../result/run-result.ts";
import { cliffsDelta, mannWhitney } from "../statistics/rank-test.ts";
import { clopperPearson } from "../statistics/ratio-interval.ts";

/** Events out of chances, one pair a run. */
export interface RunShare {
  readonly events: number;
  readonly of: number;
}

/** A judgement with its reason; the reason is empty when the numbers say it all. */
export interface ShareVerdict {
  readonly verdict: Judgement;
  readonly reason: string;
}

/** From so many runs a side it shows whether a difference holds from run to run. */
const fewestRuns = 3;

type CountName = ComparedCount["name"];

interface CountChoice {
  readonly name: CountName;
  readonly of: ComparedCount["of"];
  readonly read: (totals: ResultBlock) => RunShare;
}

function messageCount(name: "lost" | "refused" | "duplicated" | "reordered" | "corrupted"): CountChoice {
  return {
    name,
    of: "expected messages",
    read: ({ messages }) => ({ events: messages[name], of: messages.expected }),
  };
}

const countChoices: readonly CountChoice[] = [
  ...(["lost", "refused", "duplicated", "reordered", "corrupted"] as const).map(messageCount),
  {
    name: "connections.failed",
    of: "attempted connections",
    read: ({ connections }) => ({ events: connections.failed, of: connections.attempted }),
  },
  {
    name: "connections.closed",
    of: "opened connections",
    read: ({ connections }) => ({ events: connections.closed, of: connections.opened }),
  },
];

/** What went wrong on either side, counted exactly. Counts out of nothing (delivery that is unknown) are left out. */
export function compareCounts(base: readonly RunResult[], changed: readonly RunResult[]): readonly ComparedCount[] {
  return countChoices.flatMap(({ name, of, read }) => {
    const before = base.map(({ totals }) => read(totals));
    const after = changed.map(({ totals }) => read(totals));
    if (sumOf(before).of === 0 && sumOf(after).of === 0) return [];
    const { verdict, reason } = judgeShares(before, after);
    return [{ name, of, base: countSide(before), new: countSide(after), verdict, reason }];
  });
}

function countSide(runs: readonly RunShare[]): ComparedCount["base"] {
  const { events, of } = sumOf(runs);
  return { total: events, of, values: runs.map((run) => run.events) };
}

/**
 * Whether something bad happens more often. What never happened on one side and surely does on the other is `worse` (or
 * `better`) by the counts alone: the Clopper-Pearson intervals are disjoint. Where it happens on both sides the runs have
 * to agree as well, since losses come in bursts and messages are not independent of each other.
 */
export function judgeShares(base: readonly RunShare[], changed: readonly RunShare[]): ShareVerdict {
  const [before, after] = [sumOf(base), sumOf(changed)];
  if (before.of === 0 || after.of === 0) {
    const side = before.of === 0 ? "base" : "new";
    return { verdict: "inconclusive", reason: `unknown on the ${side} side` };
  }
  if (before.events * after.of === after.events * before.of) return { verdict: "same", reason: "" };
  const isMore = after.events / after.of > before.events / before.of;
  const [fewer, more] = isMore ? [before, after] : [after, before];
  if (intervalOf(more).low <= intervalOf(fewer).high) {
    return { verdict: "inconclusive", reason: "too few to tell: the 95 % intervals overlap" };
  }
  const verdict = isMore ? "worse" : "better";
  if (fewer.events === 0) return { verdict, reason: isMore ? "none before" : "none any more" };
  if (Math.min(base.length, changed.length) < fewestRuns) {
    return { verdict: "inconclusive", reason: `both sides have some: a verdict takes ${fewestRuns} runs a side` };
  }
  return holdsFromRunToRun(base, changed)
    ? { verdict, reason: "" }
    : { verdict: "inconclusive", reason: "runs of one side differ as much among themselves" };
}

/** All runs of one side above all of the other, or ranks that chance gives in fewer than one case in twenty. */
function holdsFromRunToRun(base: readonly RunShare[], changed: readonly RunShare[]): boolean {
  const [before, after] = [base.map(shareOf), changed.map(shareOf)];
  return Math.abs(cliffsDelta(before, after)) === 1 || mannWhitney(before, after).p < 0.05;
}

function shareOf({ events, of }: RunShare): number {
  return of === 0 ? 0 : events / of;
}

/** Further copies can outnumber the messages; a share cannot. */
function intervalOf({ events, of }: RunShare): ReturnType<typeof clopperPearson> {
  return clopperPearson(Math.min(events, of), of);
}

function sumOf(runs: readonly RunShare[]): RunShare {
  return {
    events: runs.reduce((sum, run) => sum + run.events, 0),
    of: runs.reduce((sum, run) => sum + run.of, 0),
  };
}
