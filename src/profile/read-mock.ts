import { usageError } from "../errors/floodgate-error.ts";
import type { Host } from "../host/host.ts";
import {
  defaultMockOptions,
  defaultSessions,
  defaultStreamQueue,
  type MockOptions,
} from "../mock-server/mock-options.ts";
import { leastPriorityBytes, leastStreamBytes } from "../mock-server/stream-form.ts";
import type { SettingTexts } from "./profile-schema.ts";
import { readChecked } from "./setting-kinds.ts";
import { readToken } from "./read-connect.ts";

export type MockTexts = NonNullable<SettingTexts["mock"]>;

/** Any of these makes the mock keep a queue. */
export const queueSettings = ["streamQueue", "streamPriorities", "streamTimeout"] as const;
/** Any of these gives connections sessions; a share of faults where there is one. */
const sessionLimits = ["sessions", "sessionTime", "sessionAnswers"] as const;
const sessionFaults = ["sessionRefuse", "sessionForget", "sessionRepeat"] as const;
/** Settings that only one of the mock's modes has, by that mode, and what such a mock does. */
const ofOneMode = {
  echo: { settings: [...sessionLimits, ...sessionFaults], does: "answers" },
  push: {
    settings: [
      ...(["streamRate", "streamSize", "streamBinary", "streamStart", "streamMessages"] as const),
      ...queueSettings,
    ],
    does: "pushes",
  },
  queue: {
    settings: [
      ...(["queueConcurrency", "queueLimit", "queueWorkers", "queueTime", "queueInOrder", "queueJournal"] as const),
      ...(["queueOvertake", "queueLose", "queueRunCancelled", "queueMiscount"] as const),
    ],
    does: "works off jobs",
  },
} as const;

/**
 * Refuses what is said of streams or jobs where there are none, and messages with no room for what a client knows them by.
 * `isAsked`: a flag says it; a profile that is run otherwise may keep its words.
 */
export function refuseUselessMockSettings(
  mock: MockTexts,
  isAsked: (setting: keyof MockTexts) => boolean,
  nameOf: (setting: keyof MockTexts) => string,
): void {
  const { mode: own = defaultMockOptions.mode } = mock;
  for (const mode of ["echo", "push", "queue"] as const) {
    const { settings, does } = ofOneMode[mode];
    const useless = own === mode ? undefined : settings.find((name) => mock[name] !== undefined && isAsked(name));
    if (useless === undefined) continue;
    const name = nameOf(useless);
    throw usageError(`${name} is for a mock that ${does}`, `add --mode ${mode}, or leave ${name} out`);
  }
  const least = hasQueue(mock) ? leastPriorityBytes : leastStreamBytes;
  const sizes = readChecked("sizes", mock.streamSize ?? least);
  if (mock.streamSize !== undefined && sizes.some(({ sizeBytes }) => sizeBytes < least)) {
    throw usageError(
      `${nameOf("streamSize")} "${mock.streamSize}" is too small: a message has ${hasQueue(mock) ? "its priority, " : ""}a number, a stamp and a check`,
      `the smallest size is ${least}`,
    );
  }
  if (hasQueue(mock) && mock.streamRate === "max") {
    throw usageError(
      `${nameOf("streamRate")} "max" does not fit a queue: it is made as fast as its peer reads, and nothing would wait`,
      "give a rate, for example 1000",
    );
  }
}

/** Any word on the queue is a wish for one. */
function hasQueue(mock: MockTexts): boolean {
  return queueSettings.some((name) => mock[name] !== undefined);
}

/** The mock's options from its settings; what is not given is as in `defaultMockOptions`. */
export function readMock(texts: MockTexts, origin: string, env: Host["env"]): MockOptions {
  const base = defaultMockOptions;
  const share = (raw: string | number | undefined) => (raw === undefined ? 0 : readChecked("share", raw));
  return {
    port: texts.port === undefined ? base.port : readChecked("port", texts.port),
    mode: texts.mode ?? base.mode,
    excludesPublisher: texts.excludesPublisher ?? base.excludesPublisher,
    seed: texts.seed === undefined ? base.seed : readChecked("seed", texts.seed),
    maxConnections: texts.maxConnections === undefined ? null : readChecked("connections", texts.maxConnections),
    bearer: texts.bearer === undefined ? null : readToken(texts.bearer, origin, env),
    latency: texts.latency === undefined ? base.latency : readChecked("latency", texts.latency),
    dropRatio: share(texts.drop),
    duplicateRatio: share(texts.duplicate),
    reorderRatio: share(texts.reorder),
    corruptRatio: share(texts.corrupt),
    disconnectAfterMessages: texts.disconnectAfter === undefined ? null : readChecked("count", texts.disconnectAfter),
    disconnectRatio: share(texts.disconnectRate),
    refuseRatio: share(texts.refuseRate),
    stall: texts.stall === undefined ? null : readChecked("stall", texts.stall),
    outage: texts.outage === undefined ? null : readChecked("outage", texts.outage),
    sessions: readSessions(texts),
    leakBytesPerMessage: texts.leak === undefined ? 0 : readChecked("size", texts.leak),
    maxMessageBytes: texts.maxMessage === undefined ? base.maxMessageBytes : readChecked("size", texts.maxMessage),
    maxRatePerSecond: texts.maxRate === undefined ? null : readChecked("rate", texts.maxRate),
    streamRatePerSecond:
      texts.streamRate === undefined ? base.streamRatePerSecond : readChecked("rate-or-max", texts.streamRate),
    streamSizes: texts.streamSize === undefined ? base.streamSizes : readChecked("sizes", texts.streamSize),
    streamBinaryRatio: share(texts.streamBinary),
    streamQueue: hasQueue(texts) ? readQueue(texts) : null,
    streamStart: texts.streamStart ?? base.streamStart,
    streamMessages: texts.streamMessages === undefined ? null : readChecked("count", texts.streamMessages),
    queueConcurrency:
      texts.queueConcurrency === undefined ? base.queueConcurrency : readChecked("count", texts.queueConcurrency),
    queueLimit: texts.queueLimit === undefined ? null : readChecked("count", texts.queueLimit),
    queueWorkers: texts.queueWorkers === undefined ? null : readChecked("job-times", texts.queueWorkers),
    queueTime: texts.queueTime === undefined ? base.queueTime : readChecked("latency", texts.queueTime),
    queueInOrder: texts.queueInOrder ?? base.queueInOrder,
    queueJournal: texts.queueJournal ?? null,
    queueOvertakeRatio: share(texts.queueOvertake),
    queueLoseRatio: share(texts.queueLose),
    queueRunCancelledRatio: share(texts.queueRunCancelled),
    queueMiscountRatio: share(texts.queueMiscount),
  };
}

function readSessions(texts: MockTexts): MockOptions["sessions"] {
  const share = (raw: string | number | undefined) => (raw === undefined ? 0 : readChecked("share", raw));
  const isAsked = sessionLimits.some((name) => texts[name] !== undefined);
  if (!isAsked && !sessionFaults.some((name) => share(texts[name]) > 0)) return null;
  const base = defaultSessions;
  return {
    limit: texts.sessions === undefined ? base.limit : readChecked("count", texts.sessions),
    keepMs: texts.sessionTime === undefined ? base.keepMs : readChecked("time", texts.sessionTime),
    answers: texts.sessionAnswers === undefined ? base.answers : readChecked("count", texts.sessionAnswers),
    refuseRatio: share(texts.sessionRefuse),
    forgetRatio: share(texts.sessionForget),
    repeatRatio: share(texts.sessionRepeat),
  };
}

function readQueue({ streamQueue, streamPriorities, streamTimeout }: MockTexts): MockOptions["streamQueue"] {
  const base = defaultStreamQueue;
  return {
    limit: streamQueue === undefined ? base.limit : readChecked("count", streamQueue),
    shares: streamPriorities === undefined ? base.shares : readChecked("priority-shares", streamPriorities),
    timeoutMs: streamTimeout === undefined ? base.timeoutMs : readChecked("time", streamTimeout),
  };
}
