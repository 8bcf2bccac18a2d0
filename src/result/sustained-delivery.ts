import { sustainedRate } from "../statistics/sustained-rate.ts";
import { formatRate } from "../units/rate.ts";
import { formatRatio } from "../units/ratio.ts";
import type { ResultInterval } from "./run-result.ts";
import type { SteadyState } from "./steady-schema.ts";
import { deliveredPerSecond } from "./whole-seconds.ts";

/** Length of the windows that are compared. */
export const sustainedWindowSeconds = 10;
/** So much of the best window the worst one has to deliver. */
export const sustainedLevel = 0.9;
/** So many windows one after the other it takes to say that a rate is held. */
const windowsNeeded = 6;
/** Steady seconds that it takes to say that a rate is held. */
export const sustainedNeedsSeconds = sustainedWindowSeconds * windowsNeeded;

type Sustained = SteadyState["sustained"];

/** Nothing to be said, and why. */
export function noSustained(reason: string): Sustained {
  return { ...sustainedOf([], sustainedWindowSeconds), outcome: "unresolved", reason };
}

/** How much of its best ten seconds the target held in its worst ones. */
export function sustainedDelivery(seconds: readonly ResultInterval[], isAllSent: boolean): Sustained {
  const found = sustainedOf(seconds.map(deliveredPerSecond), sustainedWindowSeconds);
  const { peakPerSecond, sustainedPerSecond, ratio } = found;
  const tooShort = `${seconds.length} steady seconds; it takes ${sustainedNeedsSeconds} to say that a rate is held`;
  if (peakPerSecond === null || sustainedPerSecond === null)
    return { ...found, outcome: "unresolved", reason: tooShort };
  if (ratio === null) return { ...found, outcome: "fail", reason: "nothing was delivered" };
  const said = `the worst ${sustainedWindowSeconds} s had ${formatRatio(Number(ratio.toFixed(4)))} of the best, ${formatRate(peakPerSecond)}`;
  // More seconds can only lower it.
  if (ratio < sustainedLevel) {
    return isAllSent && isUneven(seconds)
      ? { ...found, outcome: "unresolved", reason: `${said}, but so uneven was the schedule itself` }
      : { ...found, outcome: "fail", reason: said };
  }
  return seconds.length < sustainedNeedsSeconds
    ? { ...found, outcome: "unresolved", reason: `${said}, but there are only ${tooShort}` }
    : { ...found, outcome: "pass", reason: said };
}

function sustainedOf(rates: readonly number[], windowSeconds: number): Omit<Sustained, "outcome" | "reason"> {
  const { peak, sustained, ratio, longestRun } = sustainedRate(rates, windowSeconds, sustainedLevel);
  return {
    windowSeconds,
    peakPerSecond: peak,
    sustainedPerSecond: sustained,
    ratio: ratio === null ? null : Math.min(1, ratio),
    longestRunSeconds: longestRun,
  };
}

/** Random gaps between few messages make windows differ by that alone: those that were due, by the second. */
function isUneven(seconds: readonly ResultInterval[]): boolean {
  const due = seconds.map(({ latencyUs, lost }) => latencyUs.count + lost);
  const { ratio } = sustainedRate(due, sustainedWindowSeconds, sustainedLevel);
  return ratio !== null && ratio < sustainedLevel;
}
