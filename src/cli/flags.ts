import { usageError } from "../errors/floodgate-error.ts";
import { nearestName } from "../errors/nearest-name.ts";
import { readBurstWords, readStageWords } from "../plan/load-words.ts";
import type { Reading } from "../plan/reading.ts";
import { readHeaderLine } from "../plan/request-header.ts";
import type { SettingLayer } from "../profile/merge-layers.ts";
import { profileSchema, propertiesOf } from "../profile/profile-schema.ts";
import { settingConflicts } from "../profile/setting-conflicts.ts";
import { readSetting, type SettingKind, type SettingValues } from "../profile/setting-kinds.ts";
import { kindKey } from "../profile/setting-schema.ts";
import { longName, type FlagSpec } from "./flag-table.ts";

/** What commander has read, by the name of the flag in camel case. */
export type Options = Readonly<Record<string, string | string[] | boolean | undefined>>;

/** A flag as it was given: its text, all its texts, or true. */
export interface GivenFlag {
  readonly spec: FlagSpec;
  readonly value: string | readonly string[] | boolean;
}

/** The settings that flags give, each checked. Throws a usage error that names the flag. */
export function flagLayer(given: readonly GivenFlag[], targetUrl?: string): SettingLayer {
  const texts: Record<string, unknown> = {};
  const origins = new Map<string, string>();
  const put = (setting: string, value: unknown, origin: string) => {
    const before = origins.get(setting);
    if (before !== undefined) throw togetherError(before, origin, "they set the same thing");
    origins.set(setting, origin);
    const path = setting.split(".");
    const block = path.length === 1 ? texts : blockAt(texts, path[0]!);
    block[path.at(-1)!] = value;
  };
  if (targetUrl !== undefined) put("target", checked("target", targetUrl, "the target"), "the target");
  for (const { spec, value } of given) {
    if (spec.setting !== null) put(spec.setting, settingValue(spec, spec.setting, value), longName(spec));
  }
  refuseDenied(given);
  const layer: SettingLayer = {
    kind: "flags",
    texts: texts,
    origin: (path) => {
      const nearest = path.map((_, above) => origins.get(path.slice(0, path.length - above).join(".")));
      return nearest.find((flag) => flag !== undefined) ?? "the flags";
    },
  };
  refuseConflicts(layer);
  return layer;
}

/** A flag that says no to a whole block (--no-reconnect) beside one that sets something in it. */
function refuseDenied(given: readonly GivenFlag[]): void {
  for (const { spec: no } of given.filter(({ spec }) => spec.sets === false)) {
    const yes = given.find(({ spec }) => spec.setting?.startsWith(`${no.setting ?? ""}.`) === true);
    if (yes !== undefined) throw togetherError(longName(no), longName(yes.spec), "one denies what the other sets");
  }
}

/** The block of that name; a flag that says yes to the whole block is no more than its having something in it. */
function blockAt(texts: Record<string, unknown>, name: string): Record<string, unknown> {
  const known = texts[name];
  if (typeof known === "object") return known as Record<string, unknown>;
  const block: Record<string, unknown> = {};
  texts[name] = block;
  return block;
}

/** One flag's text as a value of its own kind, for flags that are no settings. Throws a usage error that names the flag. */
export function flagValue<K extends SettingKind>(kind: K, name: string, text: string): SettingValues[K] {
  return valueOf(readSetting(kind, text), name, text);
}

/** One of some words, of a flag that is no setting. Throws a usage error that names the flag and the words. */
export function flagWord<const T extends readonly string[]>(name: string, text: string, words: T): T[number] {
  if (!words.includes(text)) throw wordError(text, name, words);
  return text;
}

function settingValue(spec: FlagSpec, setting: string, value: GivenFlag["value"]): unknown {
  const name = longName(spec);
  if (spec.sets !== undefined) return spec.sets;
  if (typeof value === "boolean") return value;
  if (typeof value === "string")
    return setting === "burst" ? valueOf(readBurstWords(value), name, value) : checked(setting, value, name);
  if (setting === "stages") return value.map((text) => stageOf(valueOf(readStageWords(text), name, text)));
  if (setting === "connect.headers") return headersOf(value, name);
  if (setting === "probe.expected") return answersOf(value, name);
  if (setting === "tags") return Object.fromEntries(value.map((text) => tagOf(text, name)));
  return value.map((text) => checked(setting, text, name));
}

/** The text, when it is what the schema wants of this setting. */
function checked(setting: string, text: string, name: string): string {
  const node = nodeAt(setting);
  const words = node.enum as readonly string[] | undefined;
  if (words !== undefined && !words.includes(text)) throw wordError(text, name, words);
  const items = node.items as Readonly<Record<string, unknown>> | undefined;
  const kind = (items ?? node)[kindKey] as SettingKind | undefined;
  if (kind !== undefined) valueOf(readSetting(kind, text), name, text);
  return text;
}

function wordError(text: string, name: string, words: readonly string[]): Error {
  const nearest = nearestName(text, words);
  const hint = nearest === undefined ? `write ${words.join(" or ")}` : `did you mean ${nearest}?`;
  return usageError(`${name} "${text}" is not one of ${words.join(", ")}`, hint);
}

function nodeAt(setting: string): Readonly<Record<string, unknown>> {
  let properties = propertiesOf(profileSchema);
  const path = setting.split(".");
  for (const block of path.slice(0, -1)) properties = propertiesOf(properties[block]!);
  const node = properties[path.at(-1)!];
  if (node === undefined) throw new Error(`there is no setting "${setting}". This is a bug in floodgate.`);
  return node;
}

function stageOf(words: ReturnType<typeof readStageWords> extends Reading<infer T> ? T : never): object {
  return words.kind === "hold"
    ? { duration: words.duration, rate: words.rate }
    : { duration: words.duration, from: words.from, to: words.to };
}

/** All values of a name under the name as it was first written. */
function headersOf(lines: readonly string[], flag: string): Readonly<Record<string, readonly string[]>> {
  const headers = new Map<string, { name: string; values: string[] }>();
  for (const line of lines) {
    const [name, value] = valueOf(readHeaderLine(line), flag, line);
    const known = headers.get(name.toLowerCase());
    if (known === undefined) headers.set(name.toLowerCase(), { name, values: [value] });
    else known.values.push(value);
  }
  return Object.fromEntries([...headers.values()].map(({ name, values }) => [name, values]));
}

/** `oversize=close 1009`; several of one probe are a list. */
function answersOf(lines: readonly string[], flag: string): Readonly<Record<string, readonly string[]>> {
  const answers: Record<string, string[]> = {};
  for (const line of lines) {
    const equals = line.indexOf("=");
    if (equals < 1) throw usageError(`${flag} "${line}" is not probe=answer`, "write it like oversize='close 1009'");
    const [probe, text] = [line.slice(0, equals).trim(), line.slice(equals + 1).trim()];
    valueOf(readSetting("expected-answer", text), flag, line);
    (answers[probe] ??= []).push(text);
  }
  return answers;
}

function tagOf(text: string, flag: string): readonly [string, string] {
  const equals = text.indexOf("=");
  if (equals < 1) throw usageError(`${flag} "${text}" is not key=value`, "write it like --tag branch=main");
  return [text.slice(0, equals).trim(), text.slice(equals + 1).trim()];
}

function refuseConflicts(layer: SettingLayer): void {
  const [conflict] = settingConflicts(layer.texts, layer.texts.mode ?? "echo");
  if (conflict === undefined) return;
  throw togetherError(
    layer.origin(conflict.first.split(".")),
    layer.origin(conflict.second.split(".")),
    conflict.reason,
  );
}

function togetherError(first: string, second: string, reason: string): Error {
  return usageError(`${first} and ${second} cannot be given together: ${reason}`, `leave out ${first} or ${second}`);
}

function valueOf<T>(reading: Reading<T>, name: string, text: string): T {
  if (reading.kind === "value") return reading.value;
  throw usageError(`${name} "${printable(text)}" ${reading.problem}`, reading.hint);
}

/** The user's own text on one line, in ASCII, cut when it is long. */
function printable(text: string): string {
  const escaped = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"');
  const ascii = escaped.replace(/[^ -~]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return ascii.length > 200 ? `${ascii.slice(0, 197)}...` : ascii;
}
