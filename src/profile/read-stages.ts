import { usageError } from "../errors/floodgate-error.ts";
import { sendsMessages, type Arrival, type Load, type Mode } from "../plan/plan.ts";
import type { MergedSettings } from "./merge-layers.ts";
import type { SettingTexts, StageTexts } from "./profile-schema.ts";
import { connectionsForKeys } from "./read-queue.ts";
import { readChecked } from "./setting-kinds.ts";
import type { StageSettings } from "./settings.ts";

/** The stages of a run: those listed, or a single one named `main` from rate or burst, duration and messages. */
export function readStages(merged: MergedSettings, mode: Mode): readonly StageSettings[] {
  const { texts } = merged;
  const stages = texts.stages;
  const isSlowLater = mode === "push" && texts.slow !== undefined;
  if (stages === undefined)
    return isSlowLater ? beforeAndDuring(singleStage(merged, mode)) : [singleStage(merged, mode)];
  refuseOverruled(merged, stages, mode);
  if (isSlowLater) refuseUnequal(merged, stages);
  return stages.map((stage, index) => {
    const load = stageLoad(stage, texts, mode);
    const maxMessages = readCap(mode, stage.messages ?? texts.messages);
    return {
      name: stage.name ?? `stage-${index + 1}`,
      durationMs: untilCapped(readChecked("time", stage.duration), load, maxMessages),
      load,
      connections:
        stage.connections === undefined
          ? connectionsForKeys(merged, readChecked("connections", texts.connections))
          : readChecked("connections", stage.connections),
      maxMessages,
    };
  });
}

/** The part of a load with slow readers in which nobody is slow yet. */
const shareBefore = 1 / 3;

/** Slow readers are slow from the second stage on: one stage is cut in two. */
function beforeAndDuring(stage: StageSettings): readonly StageSettings[] {
  const beforeMs = Math.round(stage.durationMs * shareBefore);
  return [
    { ...stage, name: "before", durationMs: beforeMs },
    { ...stage, name: "during", durationMs: stage.durationMs - beforeMs },
  ];
}

function refuseUnequal(merged: MergedSettings, stages: readonly StageTexts[]): void {
  const origin = merged.originOf("stages");
  if (stages.length < 2) {
    throw usageError(
      `one stage (${origin}) does not fit slow readers: they are slow from the second on, and compared with the first`,
      "add a stage before it, or give duration in place of stages",
    );
  }
  const connections = new Set(stages.map((stage) => String(stage.connections ?? merged.texts.connections)));
  if (connections.size > 1) {
    throw usageError(
      `stages of different connections (${origin}) do not fit slow readers: the same ones are compared`,
      "leave connections out of the stages",
    );
  }
}

function singleStage(merged: MergedSettings, mode: Mode): StageSettings {
  const { texts } = merged;
  const load = stageLoad(
    { ...(texts.burst === undefined ? { rate: texts.rate! } : { burst: texts.burst }), duration: "" },
    texts,
    mode,
  );
  const maxMessages = readCap(mode, texts.messages);
  const asked = readChecked("time", texts.duration);
  const isAsked = merged.layerOf("duration") !== "defaults";
  return {
    name: "main",
    durationMs:
      maxMessages === null || isAsked ? untilCapped(asked, load, maxMessages) : durationOf(maxMessages, load, asked),
    load,
    connections: connectionsForKeys(merged, readChecked("connections", texts.connections)),
    maxMessages,
  };
}

/**
 * A load whose cap is reached early ends then, so that it does not idle and its rates are not those of idling. Only where
 * the schedule tells the instant: random gaps may take longer, and a shorter ramp would be another ramp.
 */
function untilCapped(askedMs: number, load: Load, maxMessages: number | null): number {
  const isRegular = load.kind === "burst" || (load.kind === "constant" && load.arrival === "constant");
  if (maxMessages === null || !isRegular) return askedMs;
  return Math.min(askedMs, durationOf(maxMessages, load, askedMs));
}

/** How long a number of messages takes when nobody said how long to send. A closed loop ends by itself: an hour is only a limit. */
function durationOf(messages: number, load: Load, otherwiseMs: number): number {
  if (load.kind === "constant") return (messages / load.ratePerSecond) * 1000;
  if (load.kind === "burst") return Math.ceil(messages / load.size) * load.everyMs;
  return load.kind === "max" ? 3_600_000 : otherwiseMs;
}

function stageLoad(stage: StageTexts, texts: SettingTexts, mode: Mode): Load {
  if (!sendsMessages(mode)) return { kind: "idle" };
  const arrival: Arrival = texts.arrival ?? "constant";
  if (stage.burst !== undefined) {
    return {
      kind: "burst",
      size: readChecked("count", stage.burst.size),
      everyMs: readChecked("time", stage.burst.every),
    };
  }
  if (stage.from !== undefined && stage.to !== undefined) {
    const fromPerSecond = readChecked("rate-or-0", stage.from);
    const toPerSecond = readChecked("rate-or-0", stage.to);
    return { kind: "ramp", arrival, fromPerSecond, toPerSecond };
  }
  const rate = readChecked("rate-or-max", stage.rate);
  if (rate === "max") return { kind: "max", inFlight: readChecked("in-flight", texts.inFlight) };
  return { kind: "constant", arrival, ratePerSecond: rate };
}

function readCap(mode: Mode, messages: number | string | undefined): number | null {
  return messages === undefined || !sendsMessages(mode) ? null : readChecked("count", messages);
}

/** A setting of a higher layer that the stages of a lower one would silently overrule. */
function refuseOverruled(merged: MergedSettings, stages: readonly StageTexts[], mode: Mode): void {
  const from = merged.originOf("stages");
  if (merged.texts.duration !== undefined) {
    throw usageError(
      `${merged.nameOf("duration")} does not fit: each of the stages of ${from} has its own`,
      sendsMessages(mode)
        ? "give the whole load (--rate and --duration, or --stage 5s:1000), or choose a smaller size with --env"
        : "choose a smaller size with --env, or give stages in a profile of your own",
    );
  }
  const layer = merged.layerOf("connections");
  if (
    layer === "flags" &&
    merged.layerOf("stages") !== "flags" &&
    stages.every((stage) => stage.connections !== undefined)
  ) {
    throw usageError(
      `${merged.nameOf("connections")} does not fit: each of the stages of ${from} has its own number of connections`,
      "leave it out, or give the whole load with --rate and --duration",
    );
  }
}
