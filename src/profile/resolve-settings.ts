import { usageError } from "../errors/floodgate-error.ts";
import { readTemplate, smallestMessageBytes } from "../plan/message-template.ts";
import type { EnvironmentChoice, LimitPlan, PacingPlan } from "../plan/plan.ts";
import { mergeLayers, type MergedSettings, type SettingLayer } from "./merge-layers.ts";
import { profileSchema, propertiesOf, type SettingTexts } from "./profile-schema.ts";
import { readBroadcast } from "./read-broadcast.ts";
import { readConnect, readMessageText, type SettingSurroundings } from "./read-connect.ts";
import type { LoadedProfile } from "./read-profile.ts";
import { readJobMessage, readQueue } from "./read-queue.ts";
import { readStream } from "./read-stream.ts";
import { readStages } from "./read-stages.ts";
import { readChecked } from "./setting-kinds.ts";
import type { Settings } from "./settings.ts";
import { refuseUseless } from "./useless-settings.ts";

/** Who has a say, and where. */
export interface SettingSources {
  readonly profile: LoadedProfile | null;
  readonly environment: EnvironmentChoice;
  /** Those of the command line, then what sets one run of a series apart from the others; each above the one before. */
  readonly flags: readonly SettingLayer[];
  readonly workingDirectory: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Cores this process may use; the default number of workers follows from it. */
  readonly cores: number;
}

/** Settings of all layers, as texts and as values. */
export interface ResolvedSettings {
  readonly merged: MergedSettings;
  readonly settings: Settings;
}

/** defaults < profile < its part for this environment < flags; each text read. Throws usage errors. */
export function resolveSettings(sources: SettingSources): ResolvedSettings {
  const merged = mergeLayers(layersOf(sources));
  const { texts } = merged;
  const mode = texts.mode ?? "echo";
  const surroundings: SettingSurroundings = {
    env: sources.env,
    directoryOf: (setting) =>
      merged.layerOf(setting) === "flags"
        ? sources.workingDirectory
        : (sources.profile?.directory ?? sources.workingDirectory),
  };
  const name = sources.profile?.name ?? "(flags)";
  const broadcast = mode === "broadcast" ? readBroadcast(texts) : null;
  const stages = readStages(merged, mode);
  const queue = mode === "queue" ? readQueue(merged, stages) : null;
  const settings: Settings = {
    profile: name,
    title: texts.title ?? sources.profile?.name ?? "floodgate run",
    tags: Object.fromEntries(Object.entries(texts.tags ?? {}).map(([key, value]) => [key, String(value)])),
    environment: sources.environment,
    mode,
    seed: texts.seed === undefined ? null : readChecked("seed", texts.seed),
    workers: texts.workers === undefined ? defaultWorkers(sources.cores) : readChecked("workers", texts.workers),
    message: queue === null ? readMessage(merged, surroundings, broadcast?.rooms ?? 1) : readJobMessage(merged, queue),
    stream: mode === "push" ? readStream(merged) : null,
    connect: readConnect(merged, surroundings),
    pacing: readPacing(texts),
    limits: readLimits(texts),
    drain: readDrain(texts),
    warmupMs: readChecked("time-or-0", texts.warmup),
    stages,
    scaling: texts.stages === undefined ? null : (texts.scaling ?? null),
    broadcast,
    queue,
    connectionRows: texts.connectionFigures === undefined ? null : readChecked("rows", texts.connectionFigures),
    nameOf: (setting) => merged.nameOf(setting),
    isDefault: (setting) => merged.isDefault(setting),
  };
  refuseUseless(merged, settings);
  return { merged, settings };
}

/** One less than the cores, at least 1, at most 4: the main thread and the target want one, too. */
export function defaultWorkers(cores: number): number {
  return Math.max(1, Math.min(cores - 1, 4));
}

function layersOf({ profile, environment, flags }: SettingSources): readonly SettingLayer[] {
  const layers: SettingLayer[] = [{ kind: "defaults", texts: defaultTexts(), origin: () => "default" }];
  if (profile !== null) {
    layers.push({ kind: "profile", texts: settingsPart(profile), origin: (path) => profile.place(path) });
    const part = profile.texts.environments?.[environment.name];
    if (part !== undefined) {
      layers.push({
        kind: "environment",
        texts: part,
        origin: (path) => profile.place(["environments", environment.name, ...path]),
      });
    }
  }
  return [...layers, ...flags];
}

/** The settings of the profile itself, without what is only for people or for some environments. */
function settingsPart(profile: LoadedProfile): SettingTexts {
  const settings = Object.entries(profile.texts).filter(([name]) => name !== "description" && name !== "environments");
  return Object.fromEntries(settings);
}

/** The defaults that the schema states for a run; those of the mock stand in `defaultMockOptions`. */
function defaultTexts(): SettingTexts {
  const top = propertiesOf(profileSchema);
  const leaves = Object.entries(top).flatMap(([name, node]) =>
    node.default === undefined ? [] : [[name, node.default as unknown]],
  );
  const timeout: unknown = propertiesOf(top.connect!).timeout!.default;
  return { ...(Object.fromEntries(leaves) as SettingTexts), connect: { timeout: timeout as string } };
}

function readMessage(merged: MergedSettings, surroundings: SettingSurroundings, rooms: number): Settings["message"] {
  const { texts } = merged;
  const template = readTemplate(readMessageText(merged, surroundings));
  if (template.kind === "problem") {
    // A template in a setting was checked where it was written; this one is from a file.
    throw usageError(`${merged.nameOf("messageFile")} "${texts.messageFile ?? ""}" ${template.problem}`, template.hint);
  }
  // Nobody asked for this size: a larger template just makes it larger.
  const isAsked = merged.layerOf("size") !== "defaults";
  const least = isAsked ? 0 : smallestMessageBytes(template.value, rooms);
  const sizes = readChecked("message-sizes", texts.size).map((size) => ({
    ...size,
    sizeBytes: Math.max(size.sizeBytes, least),
  }));
  const frameType = texts.frame ?? "text";
  const binaryRatio = texts.binaryShare === undefined ? null : readChecked("share", texts.binaryShare);
  const isMixed = sizes.length > 1 || (binaryRatio !== null && binaryRatio > 0 && binaryRatio < 1);
  const binary = binaryRatio ?? (frameType === "binary" ? 1 : 0);
  return {
    sizeBytes: Math.max(...sizes.map((size) => size.sizeBytes)),
    frameType: binary === 1 ? "binary" : "text",
    template: template.value,
    mix: isMixed ? { sizes, binaryRatio: binary } : null,
  };
}

function readPacing(texts: SettingTexts): PacingPlan {
  return {
    mode: texts.pacing ?? "timer",
    onLate: texts.onLate ?? "catch-up",
    maxSlipMs: readChecked("time", texts.maxSlip),
  };
}

function readLimits(texts: SettingTexts): LimitPlan {
  return {
    maxBufferedBytes: readChecked("size", texts.maxBuffered),
    maxMessageBytes: readChecked("size", texts.maxMessage),
  };
}

function readDrain(texts: SettingTexts): Settings["drain"] {
  const drain = readChecked("drain", texts.drain);
  return drain === "auto" ? { kind: "auto" } : { kind: "fixed", durationMs: drain };
}
