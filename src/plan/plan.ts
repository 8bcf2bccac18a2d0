import type { FieldPattern } from "./field-pattern.ts";

/** What will be done, as data. Made once from flags and profile (make-plan.ts), cloned to every worker, saved in the result. */
export interface Plan {
  readonly title: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Name of the profile the plan came from; `"(flags)"` when only flags were given. */
  readonly profile: string;
  readonly environment: EnvironmentChoice;
  readonly mode: Mode;
  /** 0 .. 2^32 - 1; every random choice of the run follows from it. */
  readonly seed: number;
  /** 11 characters of [0-9A-Za-z_-]; tells messages of this run from all others. */
  readonly runId: string;
  readonly workers: number;
  readonly workersAs: WorkersAs;
  readonly message: MessagePlan;
  /** Null in every mode but push. */
  readonly stream: StreamPlan | null;
  readonly connect: ConnectPlan;
  readonly pacing: PacingPlan;
  readonly limits: LimitPlan;
  readonly drain: DrainPlan;
  /** In time order. A new segment begins where the number of connections changes; at least one. */
  readonly segments: readonly Segment[];
  /** What the scaling efficiency of the phases is taken over; null when the profile is no scaling profile. */
  readonly scaling: "rate" | "connections" | null;
  /** Who publishes to whom; null in any other mode than broadcast. */
  readonly broadcast: BroadcastPlan | null;
  /** What jobs are and what is promised of them; null in any other mode than queue. */
  readonly queue: QueuePlan | null;
  /** Null where connections have no figures of their own. */
  readonly connectionFigures: ConnectionFiguresPlan | null;
}

/** What is kept and told of single connections. */
export interface ConnectionFiguresPlan {
  /** So many are told one by one, those that fared worst. */
  readonly rows: number;
  /** Whether their times have percentiles, or only mean and maximum, as there are too many connections. */
  readonly hasTimes: boolean;
}

export type Mode = "echo" | "oneway" | "connect" | "push" | "broadcast" | "queue";

/** Rooms of connections that all hear what some of them publish; plan/rooms.ts says who is where. */
export interface BroadcastPlan {
  readonly rooms: number;
  /** Connections of each room that publish; all of them listen. */
  readonly publishersPerRoom: number;
  /** The target does not send a message back to the connection it came from. */
  readonly excludesPublisher: boolean;
  /** A send nearer than this to a receiver's join or leave counts neither for nor against it. */
  readonly guardMs: number;
}

/** Mode queue: every message is a job with a key; plan/job-keys.ts says which. */
export interface QueuePlan {
  /** At least as many as connections: each belongs to one. */
  readonly keys: number;
  /** Jobs of one key that may run at a time. */
  readonly concurrency: number;
  /** Jobs of a key have to be completed in the order in which they were handed in, and not only to start in it. */
  readonly completesInOrder: boolean;
  /** Those that are taken back once they are accepted. */
  readonly cancel: JobChoice;
  readonly form: JobForm;
  /** Null where the target's own statistics are not asked for. */
  readonly statistics: JobStatisticsPlan | null;
}

export type JobChoice =
  | { readonly kind: "none" }
  /** Drawn from the seed; 0 .. 1. */
  | { readonly kind: "share"; readonly ratio: number }
  /** Among the jobs of each key, from 1. */
  | { readonly kind: "positions"; readonly positions: readonly number[] };

/** What stands in a message of the target; null where the target does not say such a thing. */
export type ReplyPattern = ReadyPlan | null;

/** How jobs are spoken of; what hands them in is the plan's message, whose payload is the id. */
export interface JobForm {
  /** What stands around the id in the message that takes a job back; null where there is none. */
  readonly cancel: { readonly prefix: string; readonly suffix: string } | null;
  readonly accepted: ReplyPattern;
  readonly started: ReplyPattern;
  readonly completed: ReadyPlan;
  readonly refused: ReplyPattern;
  readonly cancelled: ReplyPattern;
  readonly tooLate: ReplyPattern;
}

/** What a queue counts of its jobs. */
export type JobCount = "submitted" | "accepted" | "refused" | "started" | "completed" | "cancelled";

export interface JobStatisticsPlan {
  readonly request: string;
  readonly answer: ReadyPlan;
  /** Where the answer has each number; those that are not there are not compared. */
  readonly counts: readonly (readonly [count: JobCount, where: FieldPattern])[];
}

/** The most connections that any segment has. */
export function mostConnectionsOf({ segments }: Pick<Plan, "segments">): number {
  return Math.max(...segments.map(({ connections }) => connections));
}

/** Whether a run of this mode sends messages of its own. */
export function sendsMessages(mode: Mode): boolean {
  return mode !== "connect" && mode !== "push";
}

/** Threads of one process, or processes where one may not open enough files (`openFiles`) for all connections. */
export type WorkersAs = { readonly kind: "threads" } | { readonly kind: "processes"; readonly openFiles: number };

export interface EnvironmentChoice {
  readonly name: "full" | "dev" | "ci" | "quick";
  /** For people: `CI=true in the environment`, `--env quick`, `default`. */
  readonly reason: string;
}

/** A stretch of the run over one fixed set of connections: connect, then its phases back to back, then drain. */
export interface Segment {
  readonly connections: number;
  readonly phases: readonly PhasePlan[];
}

export interface PhasePlan {
  readonly name: string;
  /** False for a warm-up: sent and counted apart, left out of the totals. */
  readonly measured: boolean;
  /** From the start of its segment's load, milliseconds. */
  readonly startMs: number;
  readonly durationMs: number;
  readonly load: Load;
  /** At most so many messages in this phase; null for as many as the load gives. */
  readonly maxMessages: number | null;
}

/** When messages are due. Rates are totals over all connections and workers, messages per second. */
export type Load =
  | { readonly kind: "constant"; readonly arrival: Arrival; readonly ratePerSecond: number }
  | { readonly kind: "ramp"; readonly arrival: Arrival; readonly fromPerSecond: number; readonly toPerSecond: number }
  /** `size` messages at once, every `everyMs`. */
  | { readonly kind: "burst"; readonly size: number; readonly everyMs: number }
  /** No schedule: each connection keeps `inFlight` messages unanswered (closed loop). */
  | { readonly kind: "max"; readonly inFlight: number }
  /** Nothing is sent: connections only, or what the target pushes. */
  | { readonly kind: "idle" };

export type Arrival = "constant" | "poisson";

export interface MessagePlan {
  /** Bytes of one whole message: template and payload. Of a mix, those of the largest. */
  readonly sizeBytes: number;
  /** Of a mix, `binaryRatio` says it. */
  readonly frameType: "text" | "binary";
  /** The text around the payload; both empty for a bare payload. */
  readonly templatePrefix: string;
  readonly templateSuffix: string;
  /** Null where all messages are of one size and kind; plan/message-mix.ts says which message has which. */
  readonly mix: MixPlan | null;
}

/** Messages of several sizes, or text and binary ones. */
export interface MixPlan {
  /** As given; of one size where only the frames differ. Their shares are 1 together. */
  readonly sizes: readonly NamedSize[];
  /** Share of messages that are binary frames, 0 .. 1; 0 or 1 where all are alike. */
  readonly binaryRatio: number;
}

export interface NamedSize {
  /** As it was written: `16KiB`. */
  readonly name: string;
  readonly sizeBytes: number;
  /** 0 .. 1 */
  readonly share: number;
}

/** Mode push: each connection is one stream of messages, which the target numbers. */
export interface StreamPlan {
  /** Messages per second that the target promises for each stream; null when it promises none. */
  readonly promisedPerSecond: number | null;
  /** Where a message has its number: whole, 0 or more, one higher from each message to the next. */
  readonly sequence: FieldPattern;
  /** The number that every subscription begins with; null when it may be any. */
  readonly first: number | null;
  /** Sent on each connection as its load begins, and again when it was opened anew; null when the target pushes unasked. */
  readonly subscribe: string | null;
  /** Sent on each connection as the load ends; null for nothing. */
  readonly stop: string | null;
  /** The target's word that a stream is over, with the number of its last message; null when it has none. */
  readonly end: FieldPattern | null;
  /** Where a message has the CRC-32 of all its other bytes; null when it has none. */
  readonly check: Extract<FieldPattern, { kind: "text" }> | null;
  readonly oneWay: OneWayPlan;
  /** The classes that the target gives its messages; null when they have none. */
  readonly priority: PriorityPlan | null;
  /** Null when every connection reads as fast as it can. */
  readonly slow: SlowPlan | null;
}

/** Some connections read slowly, from the second measured phase of their segment until its load ends. */
export interface SlowPlan {
  readonly readers: ConnectionCount;
  readonly reading:
    | { readonly kind: "rate"; readonly unit: "bytes" | "messages"; readonly perSecond: number }
    /** Reads nothing for `durationMs`, again and again. */
    | { readonly kind: "pause"; readonly durationMs: number; readonly everyMs: number }
    /** Reads nothing any more. */
    | { readonly kind: "stop"; readonly afterMs: number };
  /**
   * Where the target's last word has the instant at which it first noticed that its peer does not read, by the clock of its
   * stamps; null when it tells none, or that clock is not known.
   */
  readonly noticed: FieldPattern | null;
}

/** So many of the connections: a number, or a share of them (0 .. 1). */
export type ConnectionCount =
  { readonly kind: "count"; readonly count: number } | { readonly kind: "share"; readonly ratio: number };

/** Classes of pushed messages. */
export interface PriorityPlan {
  /** As they stand in messages, the most important first. */
  readonly names: readonly string[];
  /** Where a message has the name of its class. */
  readonly place: FieldPattern;
  /** What is lost of each class can be told: `sequence` counts within a class of a stream, and not over the whole stream. */
  readonly isNumbered: boolean;
  /** By class: the number of its last message, in the target's word that a stream is over; empty when that does not tell. */
  readonly ends: readonly FieldPattern[];
  /** By class: how many of its messages the target gave up, in that word; empty when it does not tell. */
  readonly givenUp: readonly FieldPattern[];
}

/** Whether the time from the target's stamp to receipt can be told: only where both instants are of clocks that agree. */
export type OneWayPlan =
  | {
      readonly kind: "measured";
      /** Where a message has the instant at which it was sent. */
      readonly sent: FieldPattern;
      readonly clock: StreamClock;
      /** How far the target's clock may be from ours, as the user states it; null when both are one machine's clock. */
      readonly clockBoundMs: number | null;
    }
  /** `reason` reads on after "one-way: not measurable here:". */
  | { readonly kind: "unknown"; readonly reason: string };

/** Unit and origin of a stamp: of the Unix epoch (with or without fractions), or of CLOCK_MONOTONIC. */
export type StreamClock = "epoch-s" | "epoch-ms" | "epoch-us" | "monotonic-us";

export interface ConnectPlan {
  readonly url: string;
  /** Handshakes begun per second over all workers; null for as fast as they complete. */
  readonly ratePerSecond: number | null;
  /** From the start of the attempt until the connection is ready. */
  readonly timeoutMs: number;
  /** Connection g is opened from address g mod their number; empty to let the kernel choose. */
  readonly localAddresses: readonly string[];
  /** Extra request headers in the given order; a bearer token is one of them. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly subprotocols: readonly string[];
  readonly compress: boolean;
  readonly tls: TlsPlan;
  /** Sent once, in order, after opening. */
  readonly firstMessages: readonly string[];
  /** What must be seen in a frame before the connection counts as ready; null for at once. */
  readonly ready: ReadyPlan | null;
  readonly reconnect: ReconnectPlan | null;
  /** What the run does to its own connections. */
  readonly disturb: DisturbPlan;
}

/** Connections that the run itself ends, to see them come back. */
export interface DisturbPlan {
  /** Connections per second over all workers that are closed and opened again; 0 for none. */
  readonly churnPerSecond: number;
  /** From the start of each segment's load: the instant at which all connections are dropped at once; null for never. */
  readonly dropAllAtMs: number | null;
}

export interface ReadyPlan {
  readonly kind: "text" | "regex";
  /** The text, or the source of the regular expression with its flags in `flags`. */
  readonly pattern: string;
  readonly flags: string;
}

export interface TlsPlan {
  /** Accept any certificate. */
  readonly insecure: boolean;
  /** PEM texts, already read; null when not given. */
  readonly caPem: string | null;
  readonly certPem: string | null;
  readonly keyPem: string | null;
}

/** Wait before attempt k (k = 0, 1, ...): a uniform draw from 0 .. min(maxMs, baseMs * 2^k) (full jitter). */
export interface ReconnectPlan {
  readonly baseMs: number;
  readonly maxMs: number;
  /** Null for without end. */
  readonly maxAttempts: number | null;
  /** Messages due while a connection is away that are kept and sent once it is back, per connection; null for none. */
  readonly bufferMessages: number | null;
  /** Null when every attempt may be made. */
  readonly breaker: BreakerPlan | null;
  /** Null where a connection that comes again is a new client. */
  readonly resume: ResumePlan | null;
}

/** How a connection that was lost asks for the session it had; what was in flight on it may still be answered then. */
export interface ResumePlan {
  /** Where the target names the session: in a message after opening. */
  readonly session: FieldPattern;
  /** Sent in place of the first messages, in order; `sessionPlaceholder` stands for the name. */
  readonly firstMessages: readonly string[];
  /** Stands in the target's word that it has the session still. */
  readonly resumed: ReadyPlan;
  /** Stands in its word that it has not; null where it says none. */
  readonly refused: ReplyPattern;
}

/** The word in `ResumePlan.firstMessages` that stands for the name of the session. */
export const sessionPlaceholder = "{{session}}";

/** When attempts to reconnect are held back because others fail; one breaker per worker, as each has one target. */
export interface BreakerPlan {
  /** Failures in a row after which it opens. */
  readonly failures: number;
  /** How long it stays open before one attempt is let through. */
  readonly cooldownMs: number;
  /** Attempts that come while it is open wait for it, or fail at once. */
  readonly whileOpen: "queue" | "fail-fast";
}

/** Whether connections of this plan are opened again after an end, so that there is something to say of it. */
export function reopens({ reconnect, disturb }: Pick<ConnectPlan, "reconnect" | "disturb">): boolean {
  return reconnect !== null || disturb.churnPerSecond > 0 || disturb.dropAllAtMs !== null;
}

export interface PacingPlan {
  /** `precise` spins on a core for microsecond slip; `timer` wakes each millisecond. */
  readonly mode: "timer" | "precise";
  readonly onLate: "catch-up" | "skip";
  /** With `skip`: a message later than this is not sent. */
  readonly maxSlipMs: number;
}

export interface LimitPlan {
  /** Bytes one connection may hold unsent before its messages wait in the schedule. */
  readonly maxBufferedBytes: number;
  /** A larger message from the target is a protocol failure (close code 1009). */
  readonly maxMessageBytes: number;
}

export type DrainPlan =
  /** max(2 s, 3 x latency p99.9 so far), at most 30 s. */
  { readonly kind: "auto" } | { readonly kind: "fixed"; readonly durationMs: number };
