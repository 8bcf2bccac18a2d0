import type { MockLatency, MockOptions } from "../mock-server/mock-options.ts";
import { readProblem, readValue, type Reading } from "../plan/reading.ts";
import { parseNumber } from "../units/count.ts";
import { parseDurationMs } from "../units/time.ts";

/** Reads the mock's answer time: `none`, `5ms`, `normal(20ms,5ms)` or `lognormal(20ms,0.5)`. */
export function readMockLatency(text: string): Reading<MockLatency> {
  const hint = "write 5ms, normal(20ms,5ms) (mean, deviation) or lognormal(20ms,0.5) (median, sigma without unit)";
  if (text.trim() === "none") return readValue({ kind: "none" });
  const fixedMs = parseDurationMs(text);
  if (fixedMs !== null) return readValue(fixedMs === 0 ? { kind: "none" } : { kind: "fixed", ms: fixedMs });
  const call = /^\s*(normal|lognormal)\s*\(([^,()]*),([^,()]*)\)\s*$/.exec(text);
  if (call === null) return readProblem("is not a latency", hint);
  const [, name, first = "", second = ""] = call;
  const firstMs = parseDurationMs(first);
  if (firstMs === null) return readProblem(`has no time in first place ("${first.trim()}")`, hint);
  if (name === "normal") {
    const stdevMs = parseDurationMs(second);
    if (stdevMs === null) return readProblem(`has no time in second place ("${second.trim()}")`, hint);
    return readValue({ kind: "normal", meanMs: firstMs, stdevMs });
  }
  const sigma = parseNumber(second);
  if (sigma === null) return readProblem(`has no plain number in second place ("${second.trim()}")`, hint);
  if (firstMs === 0) return readProblem("has a median of 0", hint);
  return readValue({ kind: "lognormal", medianMs: firstMs, sigma });
}

/** Reads how long each worker of a queue takes: `5ms, 10ms, normal(20ms,5ms)`. */
export function readJobTimes(text: string): Reading<readonly MockLatency[]> {
  const times: MockLatency[] = [];
  // A comma within brackets is one of a distribution.
  for (const part of text.split(/,(?![^(]*\))/)) {
    const time = readMockLatency(part);
    if (time.kind === "problem")
      return readProblem(
        `has "${part.trim()}", which ${time.problem}`,
        "write a time for each worker, for example 5ms, 10ms, 20ms",
      );
    times.push(time.value);
  }
  return readValue(times);
}

/** Reads `2s@10s`: stops answering for 2 s, each 10 s. */
export function readMockStall(text: string): Reading<NonNullable<MockOptions["stall"]>> {
  return readSpells(text, "a stall", "is silent all the time", "2s@10s: silent for 2 s in every 10 s");
}

/** Reads `1s@5s`: each 5 s all connections are cut, and none is taken for 1 s. */
export function readMockOutage(text: string): Reading<NonNullable<MockOptions["outage"]>> {
  return readSpells(
    text,
    "an outage",
    "is away all the time",
    "1s@5s: each 5 s all are cut, and none is taken for 1 s",
  );
}

/** Reads `<time>@<time>`: how long, and how often. */
function readSpells(
  text: string,
  what: string,
  fault: string,
  example: string,
): Reading<{ readonly durationMs: number; readonly everyMs: number }> {
  const hint = `write <time>@<time>, for example ${example}`;
  const [duration, every, ...more] = text.split("@");
  if (duration === undefined || every === undefined || more.length > 0) return readProblem(`is not ${what}`, hint);
  const durationMs = parseDurationMs(duration);
  const everyMs = parseDurationMs(every);
  if (durationMs === null || durationMs <= 0)
    return readProblem(`has no time before the @ ("${duration.trim()}")`, hint);
  if (everyMs === null || everyMs <= 0) return readProblem(`has no time after the @ ("${every.trim()}")`, hint);
  if (durationMs >= everyMs) return readProblem(fault, "the first time has to be shorter than the second");
  return readValue({ durationMs, everyMs });
}
