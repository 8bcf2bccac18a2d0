import type { TObject, TProperties, TUnsafe } from "@sinclair/typebox";
import { leaf, objectOf } from "./schema-nodes.ts";
import type { SettingKind } from "./setting-kinds.ts";

/** What is told about a setting. */
interface About {
  readonly description: string;
  /** Left out where the kind says it: times, rates, sizes, shares. */
  readonly unit?: string;
  /** As one would write it in a profile; left out when there is none or it depends. */
  readonly default?: string | number | boolean;
}

/** The key under which a schema node names its `SettingKind`. */
export const kindKey = "x-kind";
/** The key under which a schema node names its unit. */
export const unitKey = "x-unit";

const unitOf: Partial<Record<SettingKind, string>> = {
  time: "time",
  "time-or-0": "time",
  drain: "time or auto",
  rate: "messages/s",
  "rate-or-0": "messages/s",
  "rate-or-max": "messages/s or max",
  size: "bytes",
  share: "percent or 0..1",
  publishers: "connections or percent",
  url: "URL",
  ready: "text or /regex/",
  "sequence-field": "text, /regex/ or $.path",
  "last-field": "text, /regex/ or $.path",
  "sent-field": "text, /regex/ or $.path",
  "check-field": "text",
  "session-field": "text, /regex/ or $.path",
  "count-field": "text, /regex/ or $.path",
};

/** Kinds for which a plain number says all: counts, bytes, rates per second, shares. */
const numberKinds: readonly SettingKind[] = [
  "rate",
  "rate-or-0",
  "rate-or-max",
  "size",
  "count",
  "connections",
  "workers",
  "in-flight",
  "rows",
  "seed",
  "sequence",
  "port",
  "share",
  "sizes",
  "message-sizes",
  "publishers",
  "job-choice",
];

/** A setting whose text is read as `kind`. */
export function setting<T extends string | number>(kind: SettingKind, about: About): TUnsafe<T> {
  return leaf<T>({
    type: numberKinds.includes(kind) ? ["string", "number"] : "string",
    [kindKey]: kind,
    ...shown(about, unitOf[kind]),
  });
}

/** A setting that is one of a few words. */
export function oneOf<const T extends string>(words: readonly T[], about: About): TUnsafe<T> {
  return leaf<T>({ type: "string", enum: words, ...shown(about, words.join(" | ")) });
}

/** A setting that is true or false. */
export function flag(about: About): TUnsafe<boolean> {
  return leaf<boolean>({ type: "boolean", ...shown(about, "true | false") });
}

/** A list of texts that are each read as `kind`. */
export function listOf(kind: SettingKind, description: string): TUnsafe<string[]> {
  return leaf<string[]>({
    type: "array",
    items: { type: "string", [kindKey]: kind },
    ...shown({ description }, "list"),
  });
}

/** A block of settings; unknown keys in it are refused. With `type` it may be something else, too. */
export function settingsBlock<T extends TProperties>(description: string, properties: T): TObject<T>;
export function settingsBlock<T extends TProperties>(
  description: string,
  properties: T,
  also: { readonly type: readonly ["object", "boolean"]; readonly default: boolean },
): TUnsafe<boolean | TObject<T>["static"]>;
export function settingsBlock<T extends TProperties>(description: string, properties: T, also?: object): object {
  return { ...objectOf(properties, { additionalProperties: false, description }), ...also };
}

function shown(about: About, unit: string | undefined): Readonly<Record<string, unknown>> {
  const named = about.unit ?? unit;
  return {
    description: about.description,
    ...(named === undefined ? {} : { [unitKey]: named }),
    ...(about.default === undefined ? {} : { default: about.default }),
  };
}
