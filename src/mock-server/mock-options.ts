import { defaultShares, type PriorityShares } from "./stream-priorities.ts";

/** How the built-in server behaves. Every fault is drawn from `seed`: the same seed gives the same faults. */
export interface MockOptions {
  /** 0 for a free port. */
  readonly port: number;
  /**
   * Answer every message, only take it in, push messages of its own, send it to every connection of its room, or work off
   * the jobs that come.
   */
  readonly mode: "echo" | "sink" | "push" | "broadcast" | "queue";
  /** broadcast: nothing is sent back to the connection it came from. */
  readonly excludesPublisher: boolean;
  readonly seed: number;
  /** Connections beyond this are answered with HTTP 503; null for no limit. */
  readonly maxConnections: number | null;
  /** Required as `Authorization: Bearer <token>`; anything else is answered with HTTP 401. Null for none. */
  readonly bearer: string | null;
  /** Time between receipt and answer. */
  readonly latency: MockLatency;
  /** Shares of messages, 0 .. 1, each drawn independently per message. */
  readonly dropRatio: number;
  readonly duplicateRatio: number;
  /** The answer is held back until the next answer of the same connection has left. */
  readonly reorderRatio: number;
  /** One byte of the answer is changed to another printable character. */
  readonly corruptRatio: number;
  /** Each connection is cut (no close frame) after so many messages; null for never. */
  readonly disconnectAfterMessages: number | null;
  /** Share of messages upon which the connection is cut. */
  readonly disconnectRatio: number;
  /** Share of connection attempts answered with HTTP 503. */
  readonly refuseRatio: number;
  /** Stops answering for `durationMs`, each `everyMs`; answers wait meanwhile and leave afterwards. */
  readonly stall: { readonly durationMs: number; readonly everyMs: number } | null;
  /**
   * Cuts every connection and refuses new ones with HTTP 503 for `durationMs`, each `everyMs` from the first connection on.
   */
  readonly outage: { readonly durationMs: number; readonly everyMs: number } | null;
  /** Mode echo: sessions outlive their connections for a while; null where every connection is a new client. */
  readonly sessions: SessionOptions | null;
  /** Bytes kept for ever per message received. */
  readonly leakBytesPerMessage: number;
  /** A larger message is answered with close code 1009. */
  readonly maxMessageBytes: number;
  /** Messages per second of each connection, a second's worth of them at once; more is answered with close code 1008. Null for no limit. */
  readonly maxRatePerSecond: number | null;
  /** Mode push: messages per second of each stream, or as many as its peer reads. */
  readonly streamRatePerSecond: number | "max";
  /** Mode push: sizes of messages, and what share of them has each; at least one. */
  readonly streamSizes: readonly SizeShare[];
  /** Mode push: share of messages that are binary. */
  readonly streamBinaryRatio: number;
  /** Mode push: messages have priorities, and wait in a bounded queue while their peer does not read; null for neither. */
  readonly streamQueue: StreamQueueOptions | null;
  /** Mode push: a stream begins as its connection opens, or with the first message that comes. */
  readonly streamStart: "open" | "message";
  /** Mode push: a stream ends after so many messages; null for never. */
  readonly streamMessages: number | null;
  /** Mode queue: jobs of one key that run at a time. */
  readonly queueConcurrency: number;
  /** Mode queue: jobs of one key that may wait; a further one is refused. Null for any number. */
  readonly queueLimit: number | null;
  /** Mode queue: how long each worker takes for a job; null for as many workers as there is work for. */
  readonly queueWorkers: readonly MockLatency[] | null;
  /** Mode queue: how long a job takes where workers are not told apart. */
  readonly queueTime: MockLatency;
  /** Mode queue: jobs of a key are completed in the order in which they started. */
  readonly queueInOrder: boolean;
  /** Mode queue: file in which the statistics outlive the server; null for none. */
  readonly queueJournal: string | null;
  /**
   * Mode queue, faults: shares of jobs that the one behind overtakes, that get lost, that run although their cancellation was
   * confirmed, and that the statistics count as completed twice.
   */
  readonly queueOvertakeRatio: number;
  readonly queueLoseRatio: number;
  readonly queueRunCancelledRatio: number;
  readonly queueMiscountRatio: number;
}

/** One size of messages. */
export interface SizeShare {
  readonly sizeBytes: number;
  /** Of all messages, 0 .. 1; those of all sizes add up to 1. */
  readonly share: number;
}

/** What is kept of a client whose connection was lost, and how long. */
export interface SessionOptions {
  /** Lost sessions that are kept at a time; the oldest goes for another one. */
  readonly limit: number;
  readonly keepMs: number;
  /** Answers that are kept of each; the oldest goes for another one. */
  readonly answers: number;
  /**
   * Faults: shares of wishes to resume that are refused, that are granted though the answers kept are gone, and after which
   * the answers kept are sent twice.
   */
  readonly refuseRatio: number;
  readonly forgetRatio: number;
  readonly repeatRatio: number;
}

/** What is kept for a peer that does not read, and how long. */
export interface StreamQueueOptions {
  /** Messages of one stream that may wait. */
  readonly limit: number;
  readonly shares: PriorityShares;
  /** A peer that takes nothing for so long has its connection ended. */
  readonly timeoutMs: number;
}

export type MockLatency =
  | { readonly kind: "none" }
  | { readonly kind: "fixed"; readonly ms: number }
  /** Draws below 0 count as 0. */
  | { readonly kind: "normal"; readonly meanMs: number; readonly stdevMs: number }
  /** exp(N(ln median, sigma)); sigma is on the log scale and has no unit. */
  | { readonly kind: "lognormal"; readonly medianMs: number; readonly sigma: number };

export const defaultStreamQueue: StreamQueueOptions = { limit: 100, shares: defaultShares, timeoutMs: 5000 };

export const defaultSessions: SessionOptions = {
  limit: 10_000,
  keepMs: 30_000,
  answers: 1000,
  refuseRatio: 0,
  forgetRatio: 0,
  repeatRatio: 0,
};

export const defaultMockOptions: MockOptions = {
  port: 0,
  mode: "echo",
  excludesPublisher: false,
  seed: 1,
  maxConnections: null,
  bearer: null,
  latency: { kind: "none" },
  dropRatio: 0,
  duplicateRatio: 0,
  reorderRatio: 0,
  corruptRatio: 0,
  disconnectAfterMessages: null,
  disconnectRatio: 0,
  refuseRatio: 0,
  stall: null,
  outage: null,
  sessions: null,
  leakBytesPerMessage: 0,
  maxMessageBytes: 16 * 1024 * 1024,
  maxRatePerSecond: null,
  streamRatePerSecond: 1000,
  streamSizes: [{ sizeBytes: 128, share: 1 }],
  streamBinaryRatio: 0,
  streamQueue: null,
  streamStart: "message",
  streamMessages: null,
  queueConcurrency: 1,
  queueLimit: null,
  queueWorkers: null,
  queueTime: { kind: "fixed", ms: 1 },
  queueInOrder: false,
  queueJournal: null,
  queueOvertakeRatio: 0,
  queueLoseRatio: 0,
  queueRunCancelledRatio: 0,
  queueMiscountRatio: 0,
};
