import { usageError } from "../errors/floodgate-error.ts";
import { mockStreamForm } from "../mock-server/stream-form.ts";
import type { FieldPattern } from "../plan/field-pattern.ts";
import type { OneWayPlan, StreamPlan } from "../plan/plan.ts";
import type { MergedSettings } from "./merge-layers.ts";
import type { SettingTexts } from "./profile-schema.ts";
import { readChecked } from "./setting-kinds.ts";

type StreamTexts = NonNullable<SettingTexts["stream"]>;

/** What says how a target's messages look; of these the mock's are taken together or not at all. */
const formNames = ["sequence", "first", "subscribe", "stop", "end", "sent", "clock", "check"] as const;

/** How the target numbers and stamps what it pushes. */
export function readStream(merged: MergedSettings): StreamPlan {
  const texts = merged.texts.stream ?? {};
  const form: Pick<StreamTexts, (typeof formNames)[number]> = formNames.some((name) => texts[name] !== undefined)
    ? texts
    : mockStreamForm;
  return {
    promisedPerSecond: texts.rate === undefined ? null : readChecked("rate", texts.rate),
    sequence: readChecked("sequence-field", form.sequence ?? mockStreamForm.sequence),
    first: form.first === undefined ? null : readChecked("sequence", form.first),
    subscribe: form.subscribe ?? null,
    stop: form.stop ?? null,
    end: form.end === undefined ? null : readChecked("last-field", form.end),
    check: form.check === undefined ? null : readCheck(merged, form.check),
    oneWay: readOneWay(merged, form, texts.clockBound),
  };
}

/** A check is over all other bytes: where its own are must be plain. */
function readCheck(merged: MergedSettings, text: string): NonNullable<StreamPlan["check"]> {
  const pattern: FieldPattern = readChecked("check-field", text);
  if (pattern.kind === "text") return pattern;
  throw usageError(
    `${merged.nameOf("stream.check")} "${text}" is no plain text`,
    'write the text around the digits, for example "check":"(?<check>[0-9a-f]{8})"',
  );
}

/** Clocks of two machines are subtracted only when somebody has said how far they may be apart. */
function readOneWay(
  merged: MergedSettings,
  { sent, clock = "epoch-ms" }: Pick<StreamTexts, "sent" | "clock">,
  clockBound: string | undefined,
): OneWayPlan {
  if (sent === undefined) return { kind: "unknown", reason: "the target's messages have no instant of sending" };
  const measured = { kind: "measured", sent: readChecked("sent-field", sent), clock } as const;
  if (isOnThisMachine(merged.texts)) return { ...measured, clockBoundMs: null };
  if (clock.startsWith("monotonic")) {
    return { kind: "unknown", reason: "the target stamps with a clock of another machine that counts from its start" };
  }
  if (clockBound !== undefined) return { ...measured, clockBoundMs: readChecked("time-or-0", clockBound) };
  return {
    kind: "unknown",
    reason:
      "the target may be on another machine, whose clock is another; state how far it may be off (stream.clockBound)",
  };
}

/** The mock, a server that we start, and what a loopback address reaches. */
function isOnThisMachine({ target, spawn }: SettingTexts): boolean {
  if (target === undefined || spawn !== undefined) return true;
  const { hostname } = new URL(readChecked("url", target).url);
  return hostname === "[::1]" || hostname === "localhost" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
