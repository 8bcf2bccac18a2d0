import { deliveryWindowSeconds } from "../engine/collected-interval.ts";
import { longestRunFrom, sustainedRate } from "../statistics/sustained-rate.ts";
import { formatRate } from "../units/rate.ts";
import { formatRatio } from "../units/ratio.ts";
import type { ResultInterval } from "./run-result.ts";
import type { SteadyState } from "./steady-schema.ts";
import { deliveredPerSecond, secondsToEach } from "./whole-seconds.ts";

/** Length of the windows that are compared. */
export const sustainedWindowSeconds = deliveryWindowSeconds;
/** So much of the best window the worst one has to deliver. */
export const sustainedLevel = 0.9;
/** So many windows one after the other it takes to say that a rate is held. */
const windowsNeeded = 6;
/** Steady seconds that it takes to say that a rate is held. */
export const sustainedNeedsSeconds = sustainedWindowSeconds * windowsNeeded;

type Sustained = SteadyState["sustained"];

/** Nothing to be said, and why. */
export function noSustained(reason: string): Sustained {
  return { ...sustainedOf([], 1), outcome: "unresolved", reason };
}

/**
 * How much of its best ten seconds the target held in its worst ones. `seconds` are of one length each, and may be put
 * together; `isFromStart` says that nothing of their phase came before them.
 */
export function sustainedDelivery(
  seconds: readonly ResultInterval[],
  isAllSent: boolean,
  isFromStart: boolean,
): Sustained {
  const each = secondsToEach(seconds);
  const found = sustainedOfExtremes(seconds, isFromStart) ?? sustainedOf(seconds.map(deliveredPerSecond), each);
  const { peakPerSecond, sustainedPerSecond, ratio, windowSeconds } = found;
  const steadySeconds = seconds.length * each;
  const tooShort = `${steadySeconds} steady seconds; it takes ${sustainedNeedsSeconds} to say that a rate is held`;
  if (peakPerSecond === null || sustainedPerSecond === null)
    return { ...found, outcome: "unresolved", reason: tooShort };
  if (ratio === null) return { ...found, outcome: "fail", reason: "nothing was delivered" };
  const said = `the worst ${windowSeconds} s had ${formatRatio(Number(ratio.toFixed(4)))} of the best, ${formatRate(peakPerSecond)}`;
  // More seconds can only lower it.
  if (ratio < sustainedLevel) {
    return isAllSent && isUneven(seconds, each)
      ? { ...found, outcome: "unresolved", reason: `${said}, but so uneven was the schedule itself` }
      : { ...found, outcome: "fail", reason: said };
  }
  return steadySeconds < sustainedNeedsSeconds
    ? { ...found, outcome: "unresolved", reason: `${said}, but there are only ${tooShort}` }
    : { ...found, outcome: "pass", reason: said };
}

type Windows = Omit<Sustained, "outcome" | "reason">;

/** Of rates over `each` seconds; windows are of as many as it takes to be ten seconds long at least. */
function sustainedOf(rates: readonly number[], each: number): Windows {
  const perWindow = Math.ceil(sustainedWindowSeconds / each);
  const { peak, sustained, ratio, longestRun } = sustainedRate(rates, perWindow, sustainedLevel);
  return {
    windowSeconds: perWindow * each,
    peakPerSecond: peak,
    sustainedPerSecond: sustained,
    ratio: ratio === null ? null : Math.min(1, ratio),
    longestRunSeconds: longestRun * each,
  };
}

/**
 * Seconds that were put together have told of the best and the worst ten seconds that end among them. Null where they have
 * not, as in merged results. The longest run is of stretches in which no second fell below the level.
 */
function sustainedOfExtremes(seconds: readonly ResultInterval[], isFromStart: boolean): Windows | null {
  const each = secondsToEach(seconds);
  const told = seconds.flatMap(({ deliveredExtremes }) => deliveredExtremes ?? []);
  if (told.length < seconds.length) return null;
  // Those that end in the first nine seconds have begun before.
  const windows = isFromStart ? told : told.slice(Math.ceil((sustainedWindowSeconds - 1) / each));
  const most = windows.flatMap(({ mostInTenSeconds }) => mostInTenSeconds ?? []);
  const least = windows.flatMap(({ leastInTenSeconds }) => leastInTenSeconds ?? []);
  if (most.length === 0 || least.length === 0) return null;
  const peak = most.reduce((largest, count) => Math.max(largest, count)) / sustainedWindowSeconds;
  const sustained = least.reduce((smallest, count) => Math.min(smallest, count)) / sustainedWindowSeconds;
  const floors = told.map(({ leastInSecond }) => leastInSecond);
  return {
    windowSeconds: sustainedWindowSeconds,
    peakPerSecond: peak,
    sustainedPerSecond: sustained,
    ratio: peak === 0 ? null : sustained / peak,
    longestRunSeconds: longestRunFrom(floors, sustainedLevel * peak) * each,
  };
}

/** Random gaps between few messages make windows differ by that alone: those that were due, by the second. */
function isUneven(seconds: readonly ResultInterval[], each: number): boolean {
  const due = seconds.map(({ latencyUs, lost }) => latencyUs.count + lost);
  const { ratio } = sustainedRate(due, Math.ceil(sustainedWindowSeconds / each), sustainedLevel);
  return ratio !== null && ratio < sustainedLevel;
}
