import { savedMember } from "../result/read-saved-plan.ts";
import { formatRate, parseRatePerSecond } from "../units/rate.ts";
import { formatBytes, parseSizeBytes } from "../units/size.ts";

/** What a run did, by name, in words; two runs did the same where all words are equal. */
export type SettingWords = Readonly<Record<string, string>>;

/** `2 KiB`, or `1025 B` where that would round: words that are held against each other must not hide a difference. */
export function exactBytes(bytes: unknown): string {
  const words = formatBytes(Number(bytes));
  return parseSizeBytes(words) === bytes ? words : `${String(bytes)} B`;
}

/** `1,000 msg/s`, or `1000.4 msg/s` where that would round. */
export function exactRate(perSecond: unknown, what: "msg" | "conn" = "msg"): string {
  const words = formatRate(Number(perSecond), what);
  return parseRatePerSecond(words) === perSecond ? words : `${String(perSecond)} ${what}/s`;
}

/** What stands there as text; `missing` when nothing does. */
export function inWords(
  value: unknown,
  path: string,
  write: (found: unknown) => string = String,
  missing = "-",
): string {
  const found = savedMember(value, path);
  return found === undefined || found === null ? missing : write(found);
}
