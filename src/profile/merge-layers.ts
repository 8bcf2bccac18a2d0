import type { SettingTexts } from "./profile-schema.ts";

/** Settings of one writer: the defaults, a profile, one of its environments, or the flags. */
export interface SettingLayer {
  readonly texts: SettingTexts;
  /** For people, where a setting was written: `--rate`, `profiles/ci.yaml:12`. */
  origin(path: readonly string[]): string;
  readonly kind: "defaults" | "profile" | "environment" | "flags";
}

/** All layers as one. */
export interface MergedSettings {
  readonly texts: SettingTexts;
  /** Which layer a setting (a dotted path) came from; undefined when it is not set. */
  layerOf(path: string): SettingLayer["kind"] | undefined;
  /** Nobody set it: it is not set at all, or only by the defaults. */
  isDefault(path: string): boolean;
  /** Its place for people, or that of one item of a list (`thresholds.0`); "default" when nobody set it. */
  originOf(path: string): string;
  /** How to name it in a message: `--size`, `profiles/ci.yaml:12: size`, `the default size`. */
  nameOf(path: string): string;
}

/** When a layer gives the first, the others of lower layers are forgotten: it takes their place. */
const replaces: Partial<Record<keyof SettingTexts, readonly (keyof SettingTexts)[]>> = {
  rate: ["burst", "stages", "scaling"],
  burst: ["rate", "stages", "scaling", "inFlight"],
  stages: ["rate", "burst", "duration"],
  message: ["messageFile"],
  messageFile: ["message"],
  frame: ["binaryShare"],
  binaryShare: ["frame"],
  target: ["spawn", "targetPid", "targetMetrics"],
  spawn: ["targetPid", "targetMetrics"],
  targetPid: ["spawn", "targetMetrics"],
  targetMetrics: ["spawn", "targetPid"],
};

/** Later layers win. Blocks are merged key by key; lists and everything else are replaced. */
export function mergeLayers(layers: readonly SettingLayer[]): MergedSettings {
  const texts: Record<string, unknown> = {};
  const writers = new Map<string, SettingLayer>();
  for (const layer of layers) {
    // Stages of one's own are no longer the scale the profile had in mind; those of its environments are.
    if (layer.kind === "flags" && layer.texts.stages !== undefined) Reflect.deleteProperty(texts, "scaling");
    for (const [name, others] of Object.entries(replaces)) {
      if (layer.texts[name as keyof SettingTexts] === undefined) continue;
      for (const other of others) Reflect.deleteProperty(texts, other);
    }
    mergeInto(texts, layer.texts, [], (path) => writers.set(path.join("."), layer));
  }
  const originOf = (path: string) => {
    const names = path.split(".");
    const writer = writers.get(path);
    if (writer !== undefined || !/^\d+$/.test(names.at(-1)!)) return writer?.origin(names) ?? "default";
    // An item of a list: a file has a line for it, a flag does not.
    const listNames = names.slice(0, -1);
    const list = writers.get(listNames.join("."));
    return list?.origin(list.kind === "profile" || list.kind === "environment" ? names : listNames) ?? "default";
  };
  const layerOf = (path: string) => writers.get(path)?.kind;
  const isDefault = (path: string) => (layerOf(path) ?? "defaults") === "defaults";
  const nameOf = (path: string) => {
    if (layerOf(path) === "flags") return originOf(path);
    return isDefault(path) ? `the default ${path}` : `${originOf(path)}: ${path}`;
  };
  return { texts, layerOf, isDefault, originOf, nameOf };
}

function mergeInto(
  into: Record<string, unknown>,
  from: Readonly<Record<string, unknown>>,
  path: readonly string[],
  wrote: (path: readonly string[]) => void,
): void {
  for (const [name, value] of Object.entries(from)) {
    if (value === undefined) continue;
    const below = into[name];
    const here = [...path, name];
    wrote(here);
    if (isBlock(value)) {
      const block = isBlock(below) ? below : {};
      into[name] = block;
      mergeInto(block, value, here, wrote);
    } else if (!(value === true && isBlock(below))) {
      // true beside a block (reconnect) means "yes, as it is set there".
      into[name] = structuredClone(value);
    }
  }
}

function isBlock(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
