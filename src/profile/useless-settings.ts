import { usageError } from "../errors/floodgate-error.ts";
import { sendsMessages, sessionPlaceholder } from "../plan/plan.ts";
import { roomPlaceholder } from "../plan/rooms.ts";
import { formatDurationMs } from "../units/time.ts";
import type { MergedSettings } from "./merge-layers.ts";
import { refuseUselessBroadcast } from "./read-broadcast.ts";
import { refuseUselessQueue } from "./read-queue.ts";
import type { Settings } from "./settings.ts";

/** Flags and lines that would silently do nothing. Throws a usage error that names the first of them. */
export function refuseUseless(merged: MergedSettings, settings: Settings): void {
  refuseUselessStream(merged, settings);
  refuseUselessLoad(merged, settings);
  refuseUselessBroadcast(merged, settings);
  refuseUselessReconnect(merged, settings);
  refuseUselessQueue(merged, settings);
  refuseUnreplacedWords(merged, settings);
}

function isFlag(merged: MergedSettings, setting: string): boolean {
  return merged.layerOf(setting) === "flags";
}

function refuseUselessStream(merged: MergedSettings, settings: Settings): void {
  const useless = settings.mode === "push" ? undefined : (flagOf(merged, "stream") ?? flagOf(merged, "slow"));
  if (useless !== undefined)
    throw usageError(`${useless} needs --mode push`, `add --mode push, or leave ${useless} out`);
  const isLonely = settings.stream?.slow != null && settings.stages.some(({ connections }) => connections < 2);
  if (isLonely) {
    throw usageError("slow readers need a fast one beside them, and there is one connection", "add -c 10, for example");
  }
}

/** The first flag that sets something in a block. */
function flagOf(merged: MergedSettings, block: "stream" | "slow"): string | undefined {
  const name = Object.keys(merged.texts[block] ?? {}).find((key) => isFlag(merged, `${block}.${key}`));
  return name === undefined ? undefined : merged.nameOf(`${block}.${name}`);
}

/** Settings of messages that are sent. */
const ofMessages = ["rate", "burst", "messages", "message", "messageFile", "size", "binaryShare", "arrival"] as const;

function refuseUselessLoad(merged: MergedSettings, { mode, stages, pacing }: Settings): void {
  const unsent = sendsMessages(mode) ? undefined : ofMessages.find((name) => isFlag(merged, name));
  if (unsent !== undefined) {
    throw usageError(
      `${merged.nameOf(unsent)} does not fit mode ${mode}, which sends no messages`,
      mode === "push" ? "leave it out; what each stream promises is --stream-rate" : "leave it out",
    );
  }
  if (isFlag(merged, "inFlight") && !stages.some(({ load }) => load.kind === "max"))
    throw usageError("--in-flight needs --rate max", "add --rate max, or leave --in-flight out");
  if (isFlag(merged, "maxSlip") && pacing.onLate !== "skip") {
    throw usageError("--max-slip needs --on-late skip", "add --on-late skip, or leave --max-slip out");
  }
  if (
    isFlag(merged, "arrival") &&
    stages.every(({ load }) => load.kind === "burst" || load.kind === "max" || load.kind === "idle")
  ) {
    throw usageError(
      "--arrival needs a rate: this load has no schedule of single messages",
      "leave it out, or give a rate",
    );
  }
}

function refuseUselessReconnect(merged: MergedSettings, { mode, connect, stages, warmupMs }: Settings): void {
  const { reconnect, disturb } = connect;
  if (isFlag(merged, "reconnect.buffer") && !sendsMessages(mode)) {
    throw usageError(
      `--reconnect-buffer does not fit mode ${mode}, which sends no messages`,
      "leave it out, or take --reconnect",
    );
  }
  if (!isFlag(merged, "dropAll") || disturb.dropAllAtMs === null) return;
  if (reconnect === null) {
    throw usageError("--drop-all would leave no connection open", "add --reconnect, so that they come back");
  }
  const loadMs = stages.reduce((sum, { durationMs }) => sum + durationMs, warmupMs);
  if (disturb.dropAllAtMs < loadMs) return;
  throw usageError(
    `--drop-all "${String(merged.texts.dropAll)}" would never happen: the load is over after ${formatDurationMs(loadMs)}`,
    "name an earlier time, or give a longer --duration",
  );
}

/** Words in braces that would go out as they stand. A message template is looked at where it is read. */
function refuseUnreplacedWords(merged: MergedSettings, { broadcast }: Settings): void {
  const { target, firstMessage = [], ready } = merged.texts;
  if (broadcast === null) {
    const asked: readonly (readonly [setting: string, texts: readonly (string | undefined)[]])[] = [
      ["target", [target]],
      ["firstMessage", firstMessage],
      ["ready", [ready]],
    ];
    const found = asked.find(([, texts]) => texts.some((text) => text?.includes(roomPlaceholder)));
    if (found !== undefined) {
      throw usageError(
        `${merged.nameOf(found[0])} has the word ${roomPlaceholder}, which only mode broadcast replaces`,
        `add --mode broadcast, or leave ${roomPlaceholder} out`,
      );
    }
  }
  if (firstMessage.some((text) => text.includes(sessionPlaceholder))) {
    throw usageError(
      `${merged.nameOf("firstMessage")} has the word ${sessionPlaceholder}, but a new connection has no session yet`,
      "write it in reconnect.resume.firstMessage, which is sent on a connection that comes again",
    );
  }
}
