import { formatCount } from "../units/count.ts";
import { formatDurationMs } from "../units/time.ts";
import { exactRate, inWords, type SettingWords } from "./setting-words.ts";

/** Connections that the run itself ends, and what becomes of messages meanwhile: those that wait are late, others are not sent. */
export function outageWords(plan: unknown): SettingWords {
  return {
    "closed and opened again": inWords(
      plan,
      "connect.disturb.churnPerSecond",
      (rate) => (rate === 0 ? "none" : exactRate(rate, "conn")),
      "none",
    ),
    "dropped all at once": inWords(
      plan,
      "connect.disturb.dropAllAtMs",
      (ms) => `after ${formatDurationMs(Number(ms))}`,
      "never",
    ),
    "kept while a connection is away": inWords(
      plan,
      "connect.reconnect.bufferMessages",
      (count) => `${formatCount(Number(count))} messages`,
      "none",
    ),
  };
}

/** When lost connections are tried again. */
export function reopeningWords(reconnect: unknown): SettingWords {
  if (typeof reconnect !== "object" || reconnect === null) return { reconnect: "no" };
  const duration = (ms: unknown): string => formatDurationMs(Number(ms));
  const attempts = inWords(reconnect, "maxAttempts", (count) => `, at most ${formatCount(Number(count))} attempts`, "");
  const breaker = inWords(
    reconnect,
    "breaker.failures",
    (count) => `after ${formatCount(Number(count))} failures`,
    "none",
  );
  return {
    reconnect: `after ${inWords(reconnect, "baseMs", duration)} to ${inWords(reconnect, "maxMs", duration)}${attempts}`,
    "circuit breaker": `${breaker}${inWords(reconnect, "breaker.cooldownMs", (ms) => `, open for ${duration(ms)}`, "")}${inWords(reconnect, "breaker.whileOpen", (what) => `, ${String(what)}`, "")}`,
  };
}
