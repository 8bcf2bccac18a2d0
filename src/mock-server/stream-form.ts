import type { Priority } from "./stream-priorities.ts";

/**
 * What the mock says and hears in mode push, as a client's settings say it. A message:
 *
 *   {"seq":12,"sentUs":86400000123,"text":"...","check":"0a1b2c3d"}
 */
export const mockStreamForm = {
  /** Any message but `stop` starts the stream; this is the usual one. */
  subscribe: '{"type":"subscribe"}',
  stop: '{"type":"stop"}',
  sequence: '"seq":(?<sequence>\\d+)',
  first: 1,
  /** The answer to `stop`, after everything that was under way. */
  end: '{"end":true,"last":(?<last>\\d+)}',
  /** Microseconds of CLOCK_MONOTONIC at which the message was made. */
  sent: '"sentUs":(?<sent>\\d+)',
  clock: "monotonic-us",
  check: '"check":"(?<check>[0-9a-f]{8})"',
} as const;

/**
 * The same where messages have priorities, and wait in a queue that may give some up. A message:
 *
 *   {"seq":12,"priority":"critical","prioritySeq":3,"sentUs":86400000123,"text":"...","check":"0a1b2c3d"}
 *
 * and the last word, whose stamps are 0 where nothing was given up:
 *
 *   {"end":true,"last":12,"state":"ok","blockedUs":0,"givenUpUs":0,"control":{"last":1,"givenUp":0},"critical":{...},...}
 */
export const mockPriorityForm = {
  ...mockStreamForm,
  priority: '"priority":"(?<priority>\\w+)"',
  prioritySequence: '"prioritySeq":(?<sequence>\\d+)',
  end: "$.{{priority}}.last",
  /** Messages of a class that were displaced or not taken into the queue. */
  givenUp: "$.{{priority}}.givenUp",
  /** Since when the peer had not taken what was sent, as its first message was given up; by the clock of `sent`. */
  noticed: "$.blockedUs",
} as const;

/** The smallest message that keeps its size up to a billion messages a stream; and where messages have priorities. */
export const leastStreamBytes = 72;
export const leastPriorityBytes = 120;

/** What `stop` is answered with. */
export function endOfStream(last: number): Buffer {
  return Buffer.from(`{"end":true,"last":${last}}`);
}

/** What a queued stream tells of itself at its end. */
export interface QueuedStreamEnd {
  readonly last: number;
  readonly isSlow: boolean;
  /** Microseconds of CLOCK_MONOTONIC; 0 where nothing was given up. */
  readonly blockedUs: number;
  readonly givenUpUs: number;
  readonly classes: readonly { readonly name: Priority; readonly last: number; readonly givenUp: number }[];
}

/** What `stop` is answered with where messages have priorities. */
export function endOfQueuedStream({ last, isSlow, blockedUs, givenUpUs, classes }: QueuedStreamEnd): Buffer {
  const byClass = Object.fromEntries(classes.map(({ name, ...counts }) => [name, counts]));
  const state = isSlow ? "slow" : "ok";
  return Buffer.from(JSON.stringify({ end: true, last, state, blockedUs, givenUpUs, ...byClass }));
}
