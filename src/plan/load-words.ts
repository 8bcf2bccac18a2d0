import { parseCount } from "../units/count.ts";
import { parseRatePerSecond } from "../units/rate.ts";
import { parseDurationMs } from "../units/time.ts";
import { readProblem, readValue, type Reading } from "./reading.ts";

/** A stage as one word. The parts stay texts: they are read again where the same settings of a profile are read. */
export type StageWords =
  | { readonly kind: "hold"; readonly duration: string; readonly rate: string }
  | { readonly kind: "ramp"; readonly duration: string; readonly from: string; readonly to: string };

/** Reads `30s:1000` (hold), `30s:100..1000` (ramp from first to last) and `30s:max`. */
export function readStageWords(text: string): Reading<StageWords> {
  const hint = "write <time>:<rate>, for example 30s:1000, 30s:100..1000 (a ramp) or 30s:max";
  const [duration, load, ...more] = text.split(":").map((part) => part.trim());
  if (duration === undefined || load === undefined || more.length > 0) return readProblem("is not a stage", hint);
  const durationMs = parseDurationMs(duration);
  if (durationMs === null || durationMs <= 0) return readProblem(`has no time before the colon ("${duration}")`, hint);
  const rates = load.split("..").map((part) => part.trim());
  const bad = rates.find((rate) => !(rate === "max" && rates.length === 1) && parseRatePerSecond(rate) === null);
  if (bad !== undefined || rates.length > 2) return readProblem(`has no rate after the colon ("${bad ?? load}")`, hint);
  const [first = "", last] = rates;
  return readValue(
    last === undefined ? { kind: "hold", duration, rate: first } : { kind: "ramp", duration, from: first, to: last },
  );
}

/** `size` messages at once, every so often. */
export interface BurstWords {
  readonly size: number;
  readonly every: string;
}

/** Reads `500@1s`: 500 messages at once each second. */
export function readBurstWords(text: string): Reading<BurstWords> {
  const hint = "write <messages>@<time>, for example 500@1s: 500 messages at once each second";
  const [size = "", every, ...more] = text.split("@").map((part) => part.trim());
  if (every === undefined || more.length > 0) return readProblem("is not a burst", hint);
  const count = parseCount(size);
  if (count === null || count < 1) return readProblem(`has no number of messages before the @ ("${size}")`, hint);
  const everyMs = parseDurationMs(every);
  if (everyMs === null || everyMs <= 0) return readProblem(`has no time after the @ ("${every}")`, hint);
  return readValue({ size: count, every });
}
