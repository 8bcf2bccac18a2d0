import type { Collected } from "../engine/collected.ts";
import type { CollectedSlow, CollectedStreams } from "../engine/collected-streams.ts";
import type { Histogram } from "../measure/histogram.ts";
import type { Plan, SlowPlan } from "../plan/plan.ts";
import { median } from "../statistics/percentile.ts";
import { formatDurationMs } from "../units/time.ts";
import { partsByPhase } from "./build-classes.ts";
import { sumOfParts, type BlockParts } from "./build-block.ts";
import { fallsOf, judgeIsolation, type FastRate } from "./judge-isolation.ts";
import type { ResultBackpressure, ResultGenerator } from "./run-result.ts";
import { timesOfHistogram } from "./times-of-histogram.ts";

type FastPart = ResultBackpressure["before"];

/** Fast streams before and while others read slowly. Undefined where none does, or the run did not come so far. */
export function buildBackpressure(
  plan: Pick<Plan, "mode" | "stream">,
  { classes, streams, end }: Pick<Collected, "classes" | "streams" | "end">,
  { health, lagUs }: Pick<ResultGenerator, "health" | "lagUs">,
  encode: boolean,
): ResultBackpressure | undefined {
  const slowPlan = plan.stream?.slow ?? null;
  const slow = streams?.slow ?? null;
  const fast = classes.filter(({ messageClass }) => messageClass.isSlow === false);
  if (slowPlan === null || slow === null || streams === null || fast.length === 0) return undefined;
  const parts = partsByPhase(fast, plan);
  const measured = fast[0]!.phases.flatMap((phase, index) => (phase.plan.measured ? [index] : []));
  if (measured.length < 2) return undefined;
  const slowStreams = slow.isSlow.filter(Boolean).length;
  const fastStreams = slow.isSlow.length - slowStreams;
  const [first, ...others] = measured.map((index) => parts[index]!);
  const before = fastPart(measuresOf([first!]), fastStreams, encode);
  const during = fastPart(measuresOf(others), fastStreams, encode);
  return {
    slowStreams,
    fastStreams,
    reading: readingText(slowPlan.reading),
    before,
    during,
    isolation: judgeIsolation({
      before,
      during,
      falls: fallsOf(fastRates(streams, slow)),
      lagUs: lagUs?.p99 ?? null,
      spoiled:
        health === "limited" ? "the generator was limited" : end.kind === "completed" ? null : "the run was cut short",
    }),
    reaction: reactionOf(slow),
  };
}

/** What is counted and timed on fast streams in one part of the measured load. */
export interface FastMeasures {
  readonly windowMs: number;
  /** Of which it is known what became of them. */
  readonly expected: number;
  readonly delivered: number;
  readonly deliveredInWindow: number;
  /** Times that could not be taken, as the clocks disagreed. */
  readonly clockErrors: number;
  readonly latencyUs: Histogram;
}

function measuresOf(parts: readonly BlockParts[]): FastMeasures {
  const { messages, windowMs, latencyUs } = sumOfParts(parts, parts);
  const { expected, pending, delivered, deliveredInWindow, clockErrors } = messages;
  return { windowMs, expected: expected - pending, delivered, deliveredInWindow, clockErrors, latencyUs };
}

/** The record of such a part, over so many streams. `encode: false` leaves out the text form of the histogram. */
export function fastPart({ windowMs, latencyUs, ...counts }: FastMeasures, streams: number, encode: boolean): FastPart {
  // Where stamps were ahead, what is left would be too good.
  const hasTimes = latencyUs.count > 0 && counts.clockErrors === 0;
  const isSeen = windowMs > 0 && streams > 0;
  return {
    windowMs,
    perStreamPerSecond: isSeen ? (counts.deliveredInWindow * 1000) / windowMs / streams : null,
    deliveryRatio: counts.expected > 0 ? counts.delivered / counts.expected : null,
    samples: latencyUs.count,
    p50Us: hasTimes ? latencyUs.percentile(50) : null,
    p99Us: hasTimes ? latencyUs.percentile(99) : null,
    ...counts,
    latencyUs: timesOfHistogram(latencyUs, encode),
  };
}

/** Of each fast stream: messages a second before and during. */
function fastRates(
  { streams, seen, windowMs }: CollectedStreams,
  { isSlow, seenBefore, windowBeforeMs }: CollectedSlow,
): readonly FastRate[] {
  return streams.flatMap((stream, index) => {
    const [beforeMs, duringMs] = [windowBeforeMs[index]!, windowMs[index]! - windowBeforeMs[index]!];
    if (isSlow[index] === true || beforeMs <= 0 || duringMs <= 0) return [];
    const before = (seenBefore[index]! * 1000) / beforeMs;
    return [{ stream, before, during: ((seen[index]! - seenBefore[index]!) * 1000) / duringMs }];
  });
}

function reactionOf({ noticedAfterMs }: CollectedSlow): ResultBackpressure["reaction"] {
  const told = noticedAfterMs.filter((ms) => ms !== null);
  if (told.length === 0) return { noticed: 0, medianMs: null, maxMs: null };
  return { noticed: told.length, medianMs: median(told), maxMs: Math.max(...told) };
}

function readingText(reading: SlowPlan["reading"]): string {
  switch (reading.kind) {
    case "rate":
      return `at most ${reading.perSecond.toLocaleString("en-US")} ${reading.unit} a second`;
    case "pause":
      return `nothing for ${formatDurationMs(reading.durationMs)} in each ${formatDurationMs(reading.everyMs)}`;
    case "stop":
      return `nothing any more after ${formatDurationMs(reading.afterMs)}`;
  }
}
