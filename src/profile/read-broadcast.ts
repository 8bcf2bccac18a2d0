import { usageError } from "../errors/floodgate-error.ts";
import { roomPlaceholder } from "../plan/rooms.ts";
import type { MergedSettings } from "./merge-layers.ts";
import type { SettingTexts } from "./profile-schema.ts";
import { readChecked } from "./setting-kinds.ts";
import type { BroadcastSettings, Settings } from "./settings.ts";

/** Who publishes to whom; what is not given is as the schema says. */
export function readBroadcast(texts: SettingTexts): BroadcastSettings {
  const { rooms = 1, publishers = 1, excludesPublisher = false, guard = "200ms" } = texts.broadcast ?? {};
  return {
    rooms: readChecked("connections", rooms),
    publishers: readChecked("publishers", publishers),
    excludesPublisher,
    guardMs: readChecked("time-or-0", guard),
  };
}

/** What would silently do nothing without mode broadcast, and what that mode cannot do. Throws usage errors. */
export function refuseUselessBroadcast(merged: MergedSettings, settings: Settings): void {
  const { texts } = merged;
  if (settings.broadcast === null) {
    const flag = Object.keys(texts.broadcast ?? {}).find((name) => merged.layerOf(`broadcast.${name}`) === "flags");
    if (flag === undefined) return;
    const name = merged.nameOf(`broadcast.${flag}`);
    throw usageError(`${name} needs --mode broadcast`, `add --mode broadcast, or leave ${name} out`);
  }
  if (settings.stages.some(({ load }) => load.kind === "max")) {
    throw usageError(
      `${merged.nameOf("rate")} max does not fit mode broadcast: no answer asks a publisher for the next message`,
      "give a rate: messages published per second, over all publishers",
    );
  }
  const { rooms } = settings.broadcast;
  const tells = [texts.target, ...(texts.firstMessage ?? [])];
  if (rooms === 1 || texts.target === undefined || tells.some((text) => text?.includes(roomPlaceholder))) return;
  throw usageError(
    `nothing tells ${texts.target} which of ${rooms} rooms a connection is in`,
    `write ${roomPlaceholder} into the target, as in ws://127.0.0.1:8080/?room=${roomPlaceholder}, or into --first-message`,
  );
}
