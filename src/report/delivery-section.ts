import { lossRatioInterval } from "../result/delivery-interval.ts";
import { comesBack } from "../result/mode-facts.ts";
import type { ResultBlock } from "../result/result-blocks.ts";
import type { RunResult } from "../result/run-result.ts";
import { areSecondsComplete, measuredSecondsOf, secondsToEach } from "../result/whole-seconds.ts";
import { clopperPearson, zeroLossUpperBound } from "../statistics/ratio-interval.ts";
import { amount, countText, plain, ratioText, secondsText, wrap } from "./format.ts";
import { renderRow } from "./terminal-table.ts";

/** What came back, what did not and why, and how sure that is. */
export function deliverySection(result: RunResult, width: number): readonly string[] {
  const { totals } = result;
  if (totals.messages.expected === 0) return ["Delivery", ...wrap(deliveryUnknown(result), width, "  ")];
  return [
    `Delivery  ${ratioText(totals.deliveryRatio)}`,
    ...renderRow(deliveryFigures(totals), width),
    ...deliveryNotes(result).flatMap((note) => wrap(note, width, "  ")),
  ];
}

/** Why nothing can be said of delivery, where nothing was expected. */
export function deliveryUnknown({ totals, config }: RunResult): string {
  if (config.mode === "push") return "nothing was expected: no stream brought a message with a number";
  if (totals.messages.sent === 0) return "nothing was sent";
  const accepted = config.mode === "oneway" ? `; the network took ${countText(totals.bytes.accepted)} bytes` : "";
  return `unknown: in mode ${config.mode} nothing comes back${accepted}`;
}

const deliveryNames = [
  "expected",
  "delivered",
  "lost",
  "refused",
  "duplicated",
  "reordered",
  "corrupted",
  "late",
  "unsolicited",
] as const;

/** Where the messages went, by name. */
export function deliveryFigures({ messages }: ResultBlock): readonly (readonly [name: string, count: string])[] {
  return deliveryNames.map((name) => [name, countText(messages[name])]);
}

const expectedWords: Partial<Readonly<Record<RunResult["config"]["mode"], string>>> = {
  broadcast: "sent x receivers = ",
  queue: "sent less cancelled = ",
};

/** How sure the loss is, what it came from, and how the counts add up. */
export function deliveryNotes(result: RunResult): readonly string[] {
  const { totals, target, config } = result;
  const { pending } = totals.messages;
  return [
    lossSentence(result),
    ...lossCauses(totals, result.config.mode),
    ...lossPeriodNotes(result),
    ...drainNotes(result),
    ...(target.deliveredFromBooks ? ["delivered as counted by the mock, not measured"] : []),
    ...(pending > 0 ? [`${amount(pending, "message")} not yet decided`] : []),
    ...(config.mode === "push" ? ["expected = what the target's own numbers say it sent"] : []),
    ...(config.mode === "queue" ? ["delivered = completed; reordered = jobs out of order of their key"] : []),
    `expected = ${expectedWords[config.mode] ?? ""}delivered + lost + refused; late = delivered, but only during the drain`,
  ];
}

/** Losses come in bursts: seen by the second they are less sure than as many independent ones. Null where seconds do not tell. */
function lossSureness(result: RunResult): ReturnType<typeof lossRatioInterval> {
  return areSecondsComplete(result) ? lossRatioInterval(result.totals, measuredSecondsOf(result)) : null;
}

/**
 * The loss with what a sample of this size can be sure of (one-sided when nothing was lost). Without an interval from its
 * seconds it says what that takes for granted.
 */
export function lossSentence(result: RunResult): string {
  const { messages } = result.totals;
  const { lost, pending } = messages;
  const sureness = lossSureness(result);
  const decided = messages.expected - pending;
  const start = `${countText(lost)} lost of ${countText(decided)}`;
  if (decided <= 0 || lost > decided) return start;
  if (lost === 0) return `${start}; 95 % sure that loss < ${percentText(zeroLossUpperBound(decided), Math.ceil)}`;
  const { low, high } = sureness ?? clopperPearson(lost, decided);
  const between = `${percentText(low, Math.floor)} and ${percentText(high, Math.ceil)}`;
  const ifAlone = sureness === null ? ", if losses do not come in bursts" : "";
  return `${start} (${percentText(lost / decided, Math.round)}); 95 % sure that loss is between ${between}${ifAlone}`;
}

/** Two significant digits, as an estimate deserves; bounds are rounded outwards, so as not to claim more than is known. */
function percentText(ratio: number, round: (value: number) => number): string {
  const percent = ratio * 100;
  if (percent <= 0) return "0 %";
  const decimals = Math.max(0, 1 - Math.floor(Math.log10(percent)));
  if (decimals > 9) return `${percent.toExponential(1)} %`;
  // Rounding errors of the scaling must not push an exact value up or down a digit.
  const scaled = round(Number((percent * 10 ** decimals).toPrecision(12)));
  const shown = scaled >= 100 ? Math.max(0, decimals - 1) : decimals;
  return `${(scaled / 10 ** decimals).toFixed(shown)} %`;
}

/** Why messages were lost; empty when none was. */
export function lossCauses({ messages }: ResultBlock, mode: RunResult["config"]["mode"]): readonly string[] {
  if (messages.lost === 0) return [];
  const words =
    mode === "push"
      ? ["never came", "sent while their connection was away", "came broken only"]
      : ["never came back", "in flight when their connection ended", "came back broken only"];
  const parts = [messages.lostMissing, messages.lostClosed, messages.lostCorrupt].map(
    (count, index) => [count, words[index]!] as const,
  );
  const told = parts.filter(([count]) => count > 0).map(([count, words]) => `${countText(count)} ${words}`);
  return [`lost: ${told.join(", ")}`];
}

/** One outage and thin random loss have equal ratios and different causes. */
function lossPeriodNotes({ lossPeriods, intervals }: RunResult): readonly string[] {
  if (lossPeriods == null) return [];
  const { periods, longestSeconds, longestMessages, firstMs } = lossPeriods;
  // Of seconds that were put together it is not known which had the loss.
  const atMost = secondsToEach(intervals) === 1 ? "" : "at most ";
  const stretches = periods === 1 ? "in 1 stretch" : `in ${countText(periods)} stretches`;
  return [
    `lost ${stretches} of seconds in a row, the longest ${atMost}${longestSeconds} s, the heaviest ${amount(longestMessages, "message")}; first ${secondsText(firstMs)} after the start`,
  ];
}

/** Messages due at the very end that are missing may only have been waited for too briefly. */
export function drainNotes({ totals, intervals, config }: RunResult): readonly string[] {
  const atEnd = new Map(intervals.map((interval) => [interval.segment, interval]));
  const lostAtEnd = [...atEnd.values()].filter((interval) => interval.lost > 0);
  if (totals.messages.lostMissing === 0 || lostAtEnd.length === 0 || !comesBack(config.mode)) return [];
  const { settings } = config;
  const drain = typeof settings === "object" && settings !== null && "drain" in settings ? settings.drain : undefined;
  const waited = typeof drain === "string" ? ` (--drain ${plain(drain)})` : "";
  const each = secondsToEach(lostAtEnd);
  const when = each === 1 ? "at the very end" : `in the last ${each} s`;
  return [`some were due ${when}; raise --drain if answers take longer than was waited${waited}`];
}
