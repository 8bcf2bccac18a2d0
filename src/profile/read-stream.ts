import { usageError } from "../errors/floodgate-error.ts";
import { mockPriorityForm, mockStreamForm } from "../mock-server/stream-form.ts";
import { priorities } from "../mock-server/stream-priorities.ts";
import type { FieldPattern } from "../plan/field-pattern.ts";
import type { OneWayPlan, StreamPlan } from "../plan/plan.ts";
import type { MergedSettings } from "./merge-layers.ts";
import { queueSettings } from "./read-mock.ts";
import type { SettingTexts } from "./profile-schema.ts";
import { readChecked } from "./setting-kinds.ts";

type StreamTexts = NonNullable<SettingTexts["stream"]>;

/** What says how a target's messages look; of these the mock's are taken together or not at all. */
const formNames = [
  ...(["sequence", "first", "subscribe", "stop", "end", "sent", "clock", "check"] as const),
  ...(["priority", "prioritySequence", "givenUp", "noticed"] as const),
] as const;
type StreamForm = Pick<StreamTexts, (typeof formNames)[number]>;

/** Stands for the name of each class in turn, where a target tells of all classes in one message. */
const classPlaceholder = "{{priority}}";

/** Each has counts and histograms of its own, in every phase. */
const mostClasses = 16;

/** How the target numbers and stamps what it pushes. */
export function readStream(merged: MergedSettings): StreamPlan {
  const texts = merged.texts.stream ?? {};
  const form = formOf(merged, texts);
  const names = texts.priorities?.flatMap((list) => readChecked("class-names", list));
  const priority = readPriority(merged, form, names);
  return {
    promisedPerSecond: texts.rate === undefined ? null : readChecked("rate", texts.rate),
    sequence: readChecked("sequence-field", form.prioritySequence ?? form.sequence ?? mockStreamForm.sequence),
    first: form.first === undefined ? null : readChecked("sequence", form.first),
    subscribe: form.subscribe ?? null,
    stop: form.stop ?? null,
    end: form.end === undefined || form.end.includes(classPlaceholder) ? null : readChecked("last-field", form.end),
    check: form.check === undefined ? null : readCheck(merged, form.check),
    oneWay: readOneWay(merged, form, texts.clockBound),
    priority,
    slow: readSlow(merged, form.noticed),
  };
}

const readings = ["read", "pause", "stop"] as const;

/** How some connections read slowly. */
function readSlow(merged: MergedSettings, noticed: string | undefined): StreamPlan["slow"] {
  const { slow } = merged.texts;
  if (slow === undefined) return null;
  const given = readings.filter((name) => slow[name] !== undefined);
  // One that a flag gives takes the place of the profile's, as one of its environment does.
  const byLayer = (["flags", "environment"] as const).map((layer) =>
    given.filter((name) => merged.layerOf(`slow.${name}`) === layer),
  );
  const [reading, second] = byLayer.find((names) => names.length > 0) ?? given;
  if (reading === undefined) {
    throw usageError(
      `${merged.nameOf("slow.share")} says how many connections read slowly, and nothing says how`,
      "add one of slow.read, slow.pause and slow.stop, for example --slow-read 50KB/s",
    );
  }
  if (second !== undefined) {
    const [first, other] = [merged.nameOf(`slow.${reading}`), merged.nameOf(`slow.${second}`)];
    throw usageError(
      `${first} and ${other} cannot both hold: connections are slow in one way`,
      `leave out one of them`,
    );
  }
  return {
    readers: slow.share === undefined ? { kind: "share", ratio: 0.2 } : readChecked("publishers", slow.share),
    reading: readReading(slow, reading),
    noticed: noticed === undefined ? null : readChecked("noticed-field", noticed),
  };
}

function readReading(
  slow: NonNullable<SettingTexts["slow"]>,
  name: (typeof readings)[number],
): NonNullable<StreamPlan["slow"]>["reading"] {
  switch (name) {
    case "read":
      return readChecked("read-rate", slow.read);
    case "pause":
      return { kind: "pause", ...readChecked("stall", slow.pause) };
    case "stop":
      return { kind: "stop", afterMs: readChecked("time-or-0", slow.stop) };
  }
}

/** Whether the built-in mock gives its messages priorities: it is asked to, here or by the word of its own. */
export function wantsPriorities({ stream, mock }: Pick<SettingTexts, "stream" | "mock">): boolean {
  return stream?.priorities !== undefined || queueSettings.some((name) => mock?.[name] !== undefined);
}

function formOf(merged: MergedSettings, texts: StreamTexts): StreamForm {
  if (formNames.some((name) => texts[name] !== undefined)) return texts;
  const isMock = merged.texts.target === undefined;
  return (isMock && wantsPriorities(merged.texts)) || texts.priorities !== undefined
    ? mockPriorityForm
    : mockStreamForm;
}

/** The classes of messages, and where messages and the last word of a stream tell of them. */
function readPriority(
  merged: MergedSettings,
  { priority, prioritySequence, end, givenUp }: StreamForm,
  names: readonly string[] = priorities,
): StreamPlan["priority"] {
  const useless = (["prioritySequence", "givenUp"] as const).find(
    (name) => ({ prioritySequence, givenUp })[name] !== undefined,
  );
  if (priority === undefined) {
    if (useless === undefined) return null;
    throw usageError(
      `${merged.nameOf(`stream.${useless}`)} is of messages with a priority, and nothing says where they have it`,
      `say it with stream.priority, for example "priority":"(?<priority>\\w+)"`,
    );
  }
  refuseRepeated(merged, names);
  if (priority === mockPriorityForm.priority && names.join() !== priorities.join()) {
    throw usageError(
      `${merged.nameOf("stream.priorities")} are not the classes of the mock, whose form is taken`,
      `write ${priorities.join(", ")}; for another target say where its messages have their class (stream.priority)`,
    );
  }
  const isNumbered = prioritySequence !== undefined;
  const tellsClasses = end?.includes(classPlaceholder) === true;
  if (end !== undefined && isNumbered !== tellsClasses) {
    throw usageError(
      `${merged.nameOf("stream.end")} "${end}" tells ${tellsClasses ? "a number for each class" : "one number"}, but messages are numbered ${isNumbered ? "by their class" : "over the whole stream"}`,
      isNumbered
        ? `write ${classPlaceholder} where the name of the class stands, for example $.${classPlaceholder}.last`
        : "say where messages have their number within the class with stream.prioritySequence",
    );
  }
  if (givenUp !== undefined && !tellsClasses) {
    throw usageError(
      `${merged.nameOf("stream.givenUp")} needs a last word that tells of each class`,
      `say it with stream.end, for example $.${classPlaceholder}.last`,
    );
  }
  const ofClasses = (kind: "last-field" | "given-up-field", text: string | undefined) =>
    text === undefined || !tellsClasses
      ? []
      : names.map((name) => readChecked(kind, text.replaceAll(classPlaceholder, name)));
  return {
    names,
    place: readChecked("priority-field", priority),
    isNumbered,
    ends: ofClasses("last-field", end),
    givenUp: ofClasses("given-up-field", givenUp),
  };
}

function refuseRepeated(merged: MergedSettings, names: readonly string[]): void {
  const repeated = names.find((name, index) => names.indexOf(name) < index);
  if (repeated === undefined && names.length <= mostClasses) return;
  const name = merged.nameOf("stream.priorities");
  if (repeated !== undefined) throw usageError(`${name} has "${repeated}" twice`, "name each class once");
  throw usageError(`${name} has ${names.length} classes`, `name ${mostClasses} at most`);
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
  const isNear = isOnThisMachine(merged.texts);
  // What a loopback address reaches may be the end of a tunnel: a word of the user goes first.
  if (clockBound === undefined && isNear) return { ...measured, clockBoundMs: null };
  if (clock.startsWith("monotonic") && isNear) return { ...measured, clockBoundMs: null };
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
