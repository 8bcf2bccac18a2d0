import type { Collected, CollectedSlow, CollectedStreams } from "../engine/collected.ts";
import type { Plan, SlowPlan } from "../plan/plan.ts";
import { median } from "../statistics/percentile.ts";
import { formatDurationMs } from "../units/time.ts";
import { partsByPhase } from "./build-classes.ts";
import { sumOfParts, type BlockParts } from "./build-block.ts";
import { judgeIsolation } from "./judge-isolation.ts";
import type { ResultBackpressure, ResultGenerator } from "./run-result.ts";

type FastPart = ResultBackpressure["before"];

/** Fast streams before and while others read slowly. Undefined where none does, or the run did not come so far. */
export function buildBackpressure(
  plan: Pick<Plan, "mode" | "stream">,
  { classes, streams, end }: Pick<Collected, "classes" | "streams" | "end">,
  health: ResultGenerator["health"],
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
  const before = fastPart([first!], fastStreams);
  const during = fastPart(others, fastStreams);
  return {
    slowStreams,
    fastStreams,
    reading: readingText(slowPlan.reading),
    before,
    during,
    isolation: judgeIsolation({
      before,
      during,
      rates: fastRates(streams, slow),
      spoiled:
        health === "limited" ? "the generator was limited" : end.kind === "completed" ? null : "the run was cut short",
    }),
    reaction: reactionOf(slow),
  };
}

function fastPart(parts: readonly BlockParts[], streams: number): FastPart {
  const { messages, windowMs, latencyUs } = sumOfParts(parts, parts);
  // Where stamps were ahead, what is left would be too good.
  const hasTimes = latencyUs.count > 0 && messages.clockErrors === 0;
  const decided = messages.expected - messages.pending;
  return {
    windowMs,
    perStreamPerSecond: windowMs > 0 && streams > 0 ? (messages.deliveredInWindow * 1000) / windowMs / streams : null,
    deliveryRatio: decided > 0 ? messages.delivered / decided : null,
    samples: latencyUs.count,
    p50Us: hasTimes ? latencyUs.percentile(50) : null,
    p99Us: hasTimes ? latencyUs.percentile(99) : null,
  };
}

/** Of each fast stream: messages a second before and during. */
function fastRates(
  { streams, seen, windowMs }: CollectedStreams,
  { isSlow, seenBefore, windowBeforeMs }: CollectedSlow,
): readonly { readonly stream: number; readonly before: number; readonly during: number }[] {
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
