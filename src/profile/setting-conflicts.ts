import type { SettingTexts, StageTexts } from "./profile-schema.ts";

/** Two settings that one writer gave and that cannot both hold. */
export interface SettingConflict {
  /** Dotted paths: `rate`, `connect.bearer`, `stages.2.from`. */
  readonly first: string;
  readonly second: string;
  /** Why, as the end of a sentence: `the load is one or the other`. */
  readonly reason: string;
}

const oneLoad = "the load is one or the other";
const ownDurations = "each stage has its own";
const oneMemory = "the target's memory is read in one place";

const exclusive: readonly (readonly [first: keyof SettingTexts, second: keyof SettingTexts, reason: string])[] = [
  ["rate", "burst", oneLoad],
  ["rate", "stages", oneLoad],
  ["burst", "stages", oneLoad],
  ["duration", "stages", ownDurations],
  ["burst", "inFlight", "messages in flight are kept with rate max only"],
  ["burst", "arrival", "the messages of a burst are due all at once"],
  ["message", "messageFile", "the template comes from one of them"],
  ["frame", "binaryShare", "messages are all of one kind, or of both"],
  ["spawn", "targetPid", oneMemory],
  ["spawn", "targetMetrics", oneMemory],
  ["targetPid", "targetMetrics", oneMemory],
];

const ofMessages: readonly (keyof SettingTexts)[] = [
  "rate",
  "burst",
  "messages",
  "message",
  "messageFile",
  "size",
  "binaryShare",
  "inFlight",
  "arrival",
];

/** The conflicts within one layer (the flags, a profile, one of its environments). `mode` is the one that will hold. */
export function settingConflicts(texts: SettingTexts, mode: string): readonly SettingConflict[] {
  const found: SettingConflict[] = [];
  const add = (first: string, second: string, reason: string) => found.push({ first, second, reason });
  for (const [first, second, reason] of exclusive) {
    if (texts[first] !== undefined && texts[second] !== undefined) add(first, second, reason);
  }
  if (texts.rate === "max" && texts.arrival !== undefined) add("arrival", "rate", "with rate max there is no schedule");
  if (texts.rate !== undefined && texts.rate !== "max" && texts.inFlight !== undefined) {
    add("inFlight", "rate", "messages in flight are kept with rate max only");
  }
  if (texts.maxSlip !== undefined && texts.onLate === "catch-up")
    add("maxSlip", "onLate", "only skip leaves messages out");
  if (texts.connect?.bearer !== undefined && namesAuthorization(texts)) {
    add("connect.bearer", "connect.headers", "both set Authorization");
  }
  if (texts.connect?.insecure === true && texts.connect.ca !== undefined) {
    add("connect.insecure", "connect.ca", "any certificate is accepted, or those of the file");
  }
  if (texts.mode !== undefined && (mode === "connect" || mode === "push")) {
    const instead = mode === "push" ? "; what streams promise is stream.rate" : "";
    for (const name of ofMessages) {
      if (texts[name] !== undefined) add(name, "mode", `mode ${mode} sends no messages${instead}`);
    }
  }
  if (mode === "queue") {
    for (const name of ["message", "messageFile"] as const) {
      if (texts[name] !== undefined) add(name, "mode", "mode queue sends jobs, as queue.form.submit says");
    }
  }
  return found;
}

function namesAuthorization(texts: SettingTexts): boolean {
  return Object.keys(texts.connect?.headers ?? {}).some((name) => name.toLowerCase() === "authorization");
}

/** What is wrong with the load of one stage, as the end of a sentence, with the mend; null when nothing is. */
export function stageFault(stage: StageTexts, mode: string): readonly [fault: string, mend: string] | null {
  const loads = [
    ...(stage.rate === undefined ? [] : ["rate"]),
    ...(stage.from === undefined && stage.to === undefined ? [] : ["from/to"]),
    ...(stage.burst === undefined ? [] : ["burst"]),
  ];
  if (mode === "connect" || mode === "push")
    return loads.length === 0 ? null : [`has ${loads[0]!}, but mode ${mode} sends no messages`, "leave it out"];
  if (loads.length === 0) return ["has no load", "give it a rate, from and to, or a burst"];
  if (loads.length > 1) return [`has ${loads.join(" and ")}`, "give it one of rate, from and to, or burst"];
  if ((stage.from === undefined) !== (stage.to === undefined)) {
    return [`has ${stage.from === undefined ? "to without from" : "from without to"}`, "a ramp needs both from and to"];
  }
  return null;
}
