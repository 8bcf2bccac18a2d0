import { usageError } from "../errors/floodgate-error.ts";
import { mockJobForm, mockJobStatistics } from "../mock-server/job-form.ts";
import { keyName, keyPlaceholder } from "../plan/job-keys.ts";
import { withPadding } from "../plan/job-template.ts";
import { markerBytes } from "../plan/message-template.ts";
import type { JobCount, JobForm, JobStatisticsPlan, QueuePlan, ReplyPattern } from "../plan/plan.ts";
import { formatCount } from "../units/count.ts";
import type { MergedSettings } from "./merge-layers.ts";
import type { SettingTexts } from "./profile-schema.ts";
import { readChecked } from "./setting-kinds.ts";
import type { Settings, StageSettings } from "./settings.ts";

type QueueTexts = NonNullable<SettingTexts["queue"]>;
type FormTexts = NonNullable<QueueTexts["form"]>;

const counts: readonly JobCount[] = ["submitted", "accepted", "refused", "started", "completed", "cancelled"];

/** What jobs are, and what is promised of them. Throws usage errors for what cannot be. */
export function readQueue(merged: MergedSettings, stages: readonly StageSettings[]): QueuePlan {
  const texts = merged.texts.queue ?? {};
  const connections = Math.max(...stages.map((stage) => stage.connections));
  const keys = texts.keys === undefined ? connections : readChecked("connections", texts.keys);
  if (keys < connections) {
    throw usageError(
      `${formatCount(connections)} connections cannot share ${formatCount(keys)} keys (${merged.nameOf("queue.keys")}): the order of a key is known on one connection only`,
      `give ${formatCount(keys)} connections or fewer, or ${formatCount(connections)} keys`,
    );
  }
  const concurrency = readChecked("count", texts.concurrency ?? 1);
  const form = readForm(texts.form ?? mockJobForm);
  const cancel = texts.cancel === undefined ? ({ kind: "none" } as const) : readChecked("job-choice", texts.cancel);
  if (cancel.kind !== "none" && (form.cancel === null || form.cancelled === null || form.accepted === null)) {
    throw usageError(
      `${merged.nameOf("queue.cancel")} needs queue.form.cancel, .cancelled and .accepted: jobs are taken back once they are accepted`,
      "say what takes a job back and how that is confirmed, or leave queue.cancel out",
    );
  }
  const completesInOrder = (texts.completionOrder ?? (concurrency === 1 ? "kept" : "free")) === "kept";
  return { keys, concurrency, completesInOrder, cancel, form, statistics: readStatistics(merged, texts) };
}

/** The message that hands a job in: all of it but the id, filler included, stands around the payload. */
export function readJobMessage(merged: MergedSettings, { keys }: QueuePlan): Settings["message"] {
  const { texts } = merged;
  const template = readChecked("job-template", texts.queue?.form?.submit ?? mockJobForm.submit);
  if (keys > 1 && !(template.prefix + template.suffix).includes(keyPlaceholder)) {
    throw usageError(
      `${merged.nameOf("queue.form.submit")} has no ${keyPlaceholder}, but there are ${formatCount(keys)} keys`,
      `write ${keyPlaceholder} where the key of the job goes, or take one connection and one key`,
    );
  }
  const bare = withPadding(template, 0);
  const name = keyName(0, keys);
  const around = (bare.prefix + bare.suffix).replaceAll(keyPlaceholder, name);
  const smallest = Buffer.byteLength(around) + markerBytes;
  const isAsked = merged.layerOf("size") !== "defaults";
  const sizes = isAsked ? readChecked("message-sizes", texts.size) : [];
  refuseMixedJobs(merged, sizes.length > 1 ? "size" : texts.binaryShare === undefined ? null : "binaryShare");
  const sizeBytes = sizes[0]?.sizeBytes ?? smallest;
  if (sizeBytes < smallest || (sizeBytes > smallest && !template.hasPadding)) {
    throw usageError(
      `${merged.nameOf("size")} "${sizeBytes}" does not fit: a job takes ${smallest} bytes${template.hasPadding ? " at least" : ", and has no {{padding}}"}`,
      `write --size ${smallest}, or leave it out`,
    );
  }
  return {
    sizeBytes,
    frameType: texts.frame ?? "text",
    template: withPadding(template, sizeBytes - smallest),
    mix: null,
  };
}

function refuseMixedJobs(merged: MergedSettings, setting: "size" | "binaryShare" | null): void {
  if (setting === null) return;
  throw usageError(
    `${merged.nameOf(setting)} "${merged.texts[setting] ?? ""}" does not fit mode queue: all jobs are alike but for their keys`,
    setting === "size" ? "give one size" : "write --binary for binary frames, or leave it out",
  );
}

/** What would silently do nothing without mode queue, and what that mode cannot do. Throws usage errors. */
export function refuseUselessQueue(merged: MergedSettings, settings: Settings): void {
  const { texts } = merged;
  const isFlag = (setting: string): boolean => merged.layerOf(setting) === "flags";
  if (settings.queue === null) {
    const flag = Object.keys(texts.queue ?? {}).find((name) => isFlag(`queue.${name}`));
    if (flag === undefined) return;
    const name = merged.nameOf(`queue.${flag}`);
    throw usageError(`${name} needs --mode queue`, `add --mode queue, or leave ${name} out`);
  }
  const message = (["message", "messageFile"] as const).find((name) => texts[name] !== undefined && isFlag(name));
  if (message !== undefined) {
    throw usageError(
      `${merged.nameOf(message)} does not fit mode queue, whose messages are jobs`,
      "leave it out; how a job is handed in is said in a profile, under queue.form.submit",
    );
  }
  if (settings.stages.some(({ load }) => load.kind === "max") && merged.isDefault("inFlight")) {
    throw usageError(
      `${merged.nameOf("rate")} max in mode queue needs --in-flight: how many jobs of a connection are to wait and run at a time`,
      "more than the target runs at a time, or it stands idle: --in-flight 50, for example",
    );
  }
}

/** How many connections there are when nobody says: no more than there are keys. */
export function connectionsForKeys(merged: MergedSettings, connections: number): number {
  const { queue, mode } = merged.texts;
  if (mode !== "queue" || queue?.keys === undefined || !merged.isDefault("connections")) return connections;
  return Math.min(connections, readChecked("connections", queue.keys));
}

function readForm(texts: FormTexts): JobForm {
  const pattern = (text: string | undefined): ReplyPattern => (text === undefined ? null : readChecked("ready", text));
  return {
    cancel: texts.cancel === undefined ? null : readChecked("job-cancel", texts.cancel),
    accepted: pattern(texts.accepted),
    started: pattern(texts.started),
    completed: readChecked("ready", texts.completed ?? mockJobForm.completed),
    refused: pattern(texts.refused),
    cancelled: pattern(texts.cancelled),
    tooLate: pattern(texts.tooLate),
  };
}

/** Those of the mock only where all of the form is the mock's. */
function readStatistics(merged: MergedSettings, { form, statistics }: QueueTexts): JobStatisticsPlan | null {
  const texts = statistics ?? (form === undefined ? mockJobStatistics : null);
  if (texts === null) return null;
  if (texts.request === undefined || texts.answer === undefined) {
    throw usageError(
      `${merged.nameOf("queue.statistics")} lacks ${texts.request === undefined ? "request" : "answer"}`,
      "say what asks for the statistics, and what stands in the answer",
    );
  }
  const told = counts.flatMap((count) => {
    const where = texts[count];
    return where === undefined ? [] : [[count, readChecked("count-field", where)] as const];
  });
  if (told.length === 0) {
    throw usageError(
      `${merged.nameOf("queue.statistics")} tells none of ${counts.join(", ")}`,
      "say where the answer has at least one of them, for example completed: $.completed",
    );
  }
  return { request: texts.request, answer: readChecked("ready", texts.answer), counts: told };
}
