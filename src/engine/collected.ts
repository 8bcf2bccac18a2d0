import type { Histogram } from "../measure/histogram.ts";
import type { MessageClass } from "../plan/message-classes.ts";
import type { JobCount, PhasePlan } from "../plan/plan.ts";

/** All that was measured, merged over workers. The one input of result/build-result.ts; a live one grows each second. */
export interface Collected {
  readonly startedAtEpochMs: number;
  /** From the first connection attempt to now (live) or to the end of teardown. */
  readonly durationMs: number;
  readonly end: RunEnd;
  /** In plan order, over all segments; phases not reached are absent. */
  readonly phases: readonly CollectedPhase[];
  /** One per second of load in time order; the last of a segment may be partial. */
  readonly intervals: readonly CollectedInterval[];
  readonly failures: readonly FailureCount[];
  readonly generator: CollectedGenerator;
  readonly target: CollectedTarget;
  /** The first frame from the target that held no message of ours, cut to 200 characters; null when there was none. */
  readonly firstForeignFrame: string | null;
  /** False when compression was asked for and at least one connection was opened without it. */
  readonly compressionAgreed: boolean;
  /** As of the last drain; null in any other mode than broadcast. */
  readonly faultyReceivers: FaultyReceivers | null;
  /** Where messages have classes: of each, by `messageClasses` of the plan. */
  readonly classes: readonly CollectedClass[];
  /** Mode push: what was seen of its streams, once a load is over; null before, and in other modes. */
  readonly streams: CollectedStreams | null;
  /** Null where connections are not opened again. */
  readonly resilience: CollectedResilience | null;
  /** Mode queue: what was said of its jobs, once a load is over; null before, and in other modes. */
  readonly queue: CollectedQueue | null;
  /** In the order of their numbers; null where connections have no figures of their own. */
  readonly connections: readonly CollectedConnection[] | null;
  /** Null until everything is closed. */
  readonly shutdown: CollectedShutdown | null;
}

/** What happened on one connection. Messages and times are of the measured load, the others of the whole run. */
export interface CollectedConnection {
  /** Numbered from 0 over all workers. */
  readonly connection: number;
  readonly sent: number;
  readonly delivered: number;
  readonly lost: number;
  readonly refused: number;
  readonly duplicated: number;
  readonly reordered: number;
  readonly latencyUs: {
    readonly count: number;
    readonly mean: number | null;
    /** At most 1/16 off; null where too few messages lie beyond, or there are too many connections to keep their times. */
    readonly p50: number | null;
    readonly p99: number | null;
    readonly max: number | null;
  };
  /** Times that it became ready. */
  readonly opened: number;
  /** Times that it ended although it was wanted, or because the run disturbed it. */
  readonly ended: number;
  /** In which it was ready, milliseconds. */
  readonly readyMs: number;
  readonly isReady: boolean;
  /** When anything was last sent or received on it, or it opened or ended, milliseconds since startedAtEpochMs; null for never. */
  readonly activeMs: number | null;
}

/** How the generator ended its own side. */
export interface CollectedShutdown {
  /** Waiting for answers after each load, all segments together, milliseconds. */
  readonly drainMs: number;
  /** Connections that were open when everything was to be closed. */
  readonly connectionsClosed: number;
  /** Workers that ended as told; those that were lost did not. */
  readonly workersEnded: number;
  /** From the order to close until the last worker had ended, milliseconds. */
  readonly durationMs: number;
}

/** Over all load, warm-up included. */
export interface CollectedQueue {
  readonly sent: number;
  /** Jobs of which the target said this, whatever became of them. */
  readonly said: {
    readonly accepted: number;
    readonly started: number;
    readonly completed: number;
    readonly refused: number;
    readonly cancelled: number;
    readonly tooLate: number;
  };
  /** How jobs ended: each in one way, the first that was told. Together `sent`. */
  readonly ended: {
    readonly completed: number;
    readonly refused: number;
    readonly cancelled: number;
    readonly lost: number;
  };
  readonly cancelAsked: number;
  /** Part of the cancelled ones: they had begun. */
  readonly cancelledRunning: number;
  readonly cancelledUnasked: number;
  /** Completed without having started, as far as was told. */
  readonly neverStarted: number;
  readonly startedAgain: number;
  readonly completedAgain: number;
  /** Replies other than of starts and completions that came again. */
  readonly repeated: number;
  /** Said of jobs that had been given up as lost. */
  readonly afterLoss: number;
  /** Jobs out of order; where completions have an order, by their start or their completion. */
  readonly misordered: number;
  readonly misorderedStarts: number;
  /** Completions after that of a later job of the key. */
  readonly overtaken: number;
  /** Starts while as many of the key ran as may. */
  readonly overLimit: number;
  /** The most of one key that ran at a time, and of which key; null when none did. */
  readonly mostRunning: number;
  readonly mostRunningKey: number | null;
  readonly cancelledRan: number;
  readonly refusedRan: number;
  /** A few of the faults, one by one. */
  readonly examples: readonly JobFaultExample[];
  /** Null where the target is not asked. */
  readonly statistics: CollectedJobStatistics | null;
}

export type JobFault = "misordered" | "cancelled-ran" | "refused-ran" | "never-started" | "cancelled-unasked";

export interface JobFaultExample {
  readonly fault: JobFault;
  /** Over all connections, from 0. */
  readonly key: number;
  /** Among the jobs of the key, from 1. */
  readonly position: number;
}

/** What the target told of itself before the first job and after the last. */
export interface CollectedJobStatistics {
  readonly before: ToldJobCounts;
  readonly after: ToldJobCounts;
}

export type ToldJobCounts =
  | { readonly kind: "not-asked" }
  | { readonly kind: "unanswered"; readonly reason: string }
  | { readonly kind: "told"; readonly counts: Partial<Readonly<Record<JobCount, number>>> };

/** The lists run alike: one entry per stream that was in measured load. */
export interface CollectedStreams {
  /** Numbers of the streams over all workers. */
  readonly streams: readonly number[];
  /** Messages that came in measured load. */
  readonly seen: readonly number[];
  /** Measured load in which the stream was wanted, milliseconds. */
  readonly windowMs: readonly number[];
  readonly longestSilenceMs: readonly number[];
  /** Null where all connections read as fast as they can. */
  readonly slow: CollectedSlow | null;
  /** Runs of sequences that never came, and the longest of them. */
  readonly gaps: number;
  readonly longestGap: number;
  /** Times that a stream began anew. */
  readonly restarts: number;
  /** Messages of such beginnings that turned out to be the past once more: the stream went on where it was before. */
  readonly repeated: number;
  /** Messages with a number of 2^53 or more, which count as unsolicited. */
  readonly tooLarge: number;
  /** Messages from before or after the load, which count nowhere else. */
  readonly outside: number;
  /** Streams of which the target told the last sequence. */
  readonly endsTold: number;
  /** Messages that the target said it gave up, although they came. */
  readonly overtold: number;
  /** Ten at most, the most important class first, of it those that lost most. */
  readonly faulty: readonly FaultyStream[];
}

/** What sets streams that read slowly apart; lists run alike those of `CollectedStreams`. */
export interface CollectedSlow {
  readonly isSlow: readonly boolean[];
  /** The parts of `seen` and `windowMs` before slow readers began to be slow. */
  readonly seenBefore: readonly number[];
  readonly windowBeforeMs: readonly number[];
  /** From its first pause until the target noticed, milliseconds; null for one that did not pause, or was not noticed. */
  readonly noticedAfterMs: readonly (number | null)[];
}

/** A stream that lost messages of a class. */
export interface FaultyStream {
  /** Numbered from 0 over all workers. */
  readonly stream: number;
  /** Its place in the priorities of the plan; null where classes are not numbered apart. */
  readonly priority: number | null;
  readonly lost: number;
}

/** What was measured of one class of messages. */
export interface CollectedClass {
  readonly messageClass: MessageClass;
  /** As those of all messages; connections are not told apart by classes. */
  readonly phases: readonly CollectedPhase[];
}

/** Receivers of a broadcast at which something went wrong. */
export interface FaultyReceivers {
  readonly count: number;
  /** Ten at most, the worst first. */
  readonly worst: readonly FaultyReceiver[];
}

export interface FaultyReceiver {
  /** Numbered from 0 over all workers. */
  readonly connection: number;
  /** Numbered from 0. */
  readonly room: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly reordered: number;
  /** Copies it should not have had at all: of another room, or its own. */
  readonly misrouted: number;
}

export type RunEnd =
  | { readonly kind: "running" }
  | { readonly kind: "completed" }
  /** Ctrl-C or SIGTERM. */
  | { readonly kind: "interrupted"; readonly signal: "SIGINT" | "SIGTERM" }
  /** A threshold with `--abort-on-fail`. */
  | { readonly kind: "aborted"; readonly reason: string }
  /** No connection could be opened, a worker died ... */
  | { readonly kind: "failed"; readonly reason: string };

export interface CollectedPhase {
  readonly plan: PhasePlan;
  readonly connections: number;
  /** Since startedAtEpochMs. */
  readonly startMs: number;
  /** Since startedAtEpochMs; "so far" while running. End of the phase's load, drain not included. */
  readonly endMs: number;
  readonly messages: MessageCounts;
  readonly bytes: ByteCounts;
  /** Receipt minus intended send, microseconds. In a closed loop equal to `serviceUs`. */
  readonly latencyUs: Histogram;
  /** Receipt minus actual send. */
  readonly serviceUs: Histogram;
  /** Actual minus intended send, of every sent message. Empty in a closed loop. */
  readonly slipUs: Histogram;
  /** The part of `slipUs` sent while the connection was writable: the generator's own lateness. */
  readonly ownSlipUs: Histogram;
  /** Mode push: from one arrival on a stream to the next. */
  readonly interArrivalUs: Histogram;
  /** From the end of a ready connection to its being ready again. */
  readonly recoveryUs: Histogram;
  readonly outageCounts: OutageCounts;
  /** Mode queue: from handing a job in to its start, and from there to its completion. */
  readonly jobWaitUs: Histogram;
  readonly jobRunUs: Histogram;
  /** Writes to sockets between the start and the end of the phase's load; 0 when the transport does not tell. */
  readonly writesInWindow: number;
  readonly connectionCounts: ConnectionCounts;
  /** Null in any other mode than broadcast. */
  readonly fanOut: FanOutCounts | null;
  /** By `<phase>/<kind>`. */
  readonly errors: Readonly<Record<string, number>>;
}

/** offered = sent + skipped + unsendable + unsent; expected = delivered + lostMissing + lostClosed + lostCorrupt + refused (+ pending while running). */
export interface MessageCounts {
  /** What the schedule asked for; in a closed loop equal to `sent`. */
  readonly offered: number;
  readonly sent: number;
  /** Too late under `--on-late skip`. */
  readonly skipped: number;
  /** Part of `skipped`: they had waited for the target to read. */
  readonly skippedBlocked: number;
  /** Their connection was not open at their time. */
  readonly unsendable: number;
  /** Still waiting when the load ended because the target did not read (the connection's buffer was full). */
  readonly unsentBlocked: number;
  /** Still waiting when the load ended because the generator was late. */
  readonly unsentLate: number;
  readonly expected: number;
  readonly delivered: number;
  readonly lostMissing: number;
  readonly lostClosed: number;
  readonly lostCorrupt: number;
  readonly refused: number;
  /** Not yet decided; 0 when the run has ended. */
  readonly pending: number;
  readonly duplicated: number;
  readonly reordered: number;
  readonly corrupted: number;
  /** Delivered, but during the drain. */
  readonly late: number;
  readonly unsolicited: number;
  /** Instants that went backwards; never recorded. */
  readonly clockErrors: number;
  /** Closed loop: windows released because a message stayed unanswered. */
  readonly windowTimeouts: number;
  /** Delivered between the start and the end of the phase's load (by arrival); the numerator of the delivered rate. */
  readonly deliveredInWindow: number;
  /** Sent between the start and the end of the phase's load. */
  readonly sentInWindow: number;
}

/** What a broadcast counts beside its messages; expected, delivered and lost are pairs of message and receiver there. */
export interface FanOutCounts {
  /** Receivers in the room when messages were sent, summed over the messages. */
  readonly presentAtSend: number;
  /** Pairs that nobody can say should have met: sent near to a join or leave. In neither `expected` nor `delivered`. */
  readonly indeterminate: number;
  /** Part of them that did meet; their times are with the others. */
  readonly indeterminateDelivered: number;
  /** Copies that came to a connection in another room, or to their own publisher where that is excluded. */
  readonly misrouted: number;
  /** Messages that reached everybody, and whose times are below. */
  readonly timed: number;
  /** Messages that did not reach everybody, or not in time to be timed. */
  readonly incomplete: number;
  /** Messages sent near to a join or leave in their room, and not timed therefore. */
  readonly unsettled: number;
  readonly joins: number;
  readonly leaves: number;
  /** From the intended instant of a message to its first receiver, to half of them, to 99 % and to the last; microseconds. */
  readonly firstUs: Histogram;
  readonly medianUs: Histogram;
  readonly nearlyAllUs: Histogram;
  readonly lastUs: Histogram;
  /** From its first receiver to its last. */
  readonly spreadUs: Histogram;
}

export interface ByteCounts {
  /** Message bytes, without frame headers. */
  readonly sent: number;
  readonly received: number;
  /** oneway: wire bytes that the kernel took. */
  readonly accepted: number;
}

export interface ConnectionCounts {
  readonly attempted: number;
  /** Part of `attempted`: begun more than 20 ms after their turn of the asked rate; their connect times leave that out. */
  readonly attemptedLate: number;
  readonly opened: number;
  readonly failed: number;
  /** Ended by the target or the network while the run wanted them open. */
  readonly closed: number;
  /** Opened again after such an end; attempts that failed are not among them. */
  readonly reconnects: number;
  /** Open at the end of the phase's load. */
  readonly openAtEnd: number;
  /** Start of the attempt to ready, microseconds. */
  readonly connectUs: Histogram;
  /** Lifetime in milliseconds of connections that ended during the run. */
  readonly closedLifetimeMs: {
    readonly count: number;
    readonly min: number;
    readonly mean: number;
    readonly max: number;
  } | null;
  readonly closeCodes: Readonly<Record<string, number>>;
}

/** What became of connections that ended while they were wanted. */
export interface OutageCounts {
  /** Ends of ready connections, those that the run ended itself included. */
  readonly outages: number;
  readonly onPurpose: number;
  /** Outages that were followed by a ready connection. */
  readonly returned: number;
  /** Part of them: ended again within a second, and not by the run. */
  readonly returnedBriefly: number;
  /** Attempts after an end or a failed attempt. */
  readonly retries: number;
  readonly retriesSucceeded: number;
  /** Connections given up after too many attempts. */
  readonly retriesGivenUp: number;
  /** Messages due while their connection was away, and kept; then sent; and those too many to keep. */
  readonly buffered: number;
  readonly bufferSent: number;
  readonly bufferOverflowed: number;
  /** Attempts that the breaker made wait, and those it failed at once. */
  readonly breakerHeld: number;
  readonly breakerRejected: number;
  /** Of connections whose session the target had named, and had not. */
  readonly sessionsInterrupted: number;
  readonly sessionsUnnamed: number;
  /** Sessions that the target said it had kept, and had not; and those of which it said nothing in time. */
  readonly sessionsResumed: number;
  readonly sessionsLost: number;
  readonly sessionsUnknown: number;
  /** In flight when a session was interrupted: answered later, lost although it was resumed, and lost as it was not. */
  readonly heldAnswered: number;
  readonly heldLostResumed: number;
  readonly heldLostWithSession: number;
}

/** Outages of several connections at once, and how the breakers behaved; what counts and histograms do not tell. */
export interface CollectedResilience {
  /** In time order. */
  readonly herds: readonly Herd[];
  /** The most messages that waited for one connection. */
  readonly bufferHighWater: number;
  /** One per worker that has a breaker. */
  readonly breakers: readonly BreakerRecord[];
}

/** Connections of which at least half of those open were lost within a second. */
export interface Herd {
  /** Of the first loss, milliseconds since the start of the run. */
  readonly startMs: number;
  readonly connections: number;
  /** Until the last of them was ready again, milliseconds; null while one is away. */
  readonly allBackMs: number | null;
}

export type BreakerState = "closed" | "open" | "half-open";

export interface BreakerRecord {
  readonly worker: number;
  readonly opens: number;
  readonly halfOpens: number;
  readonly closes: number;
  /** Time in which it was not closed, milliseconds. */
  readonly openMs: number;
  readonly state: BreakerState;
  /** The first of them, milliseconds since the start of the run. */
  readonly changes: readonly { readonly tMs: number; readonly state: BreakerState }[];
}

/**
 * Half-open second [tMs, tMs + lengthMs), in long runs several of one phase. Sent by send time, delivered by arrival,
 * latency and lost by intended time.
 */
export interface CollectedInterval {
  /** Since startedAtEpochMs. */
  readonly tMs: number;
  readonly lengthMs: number;
  readonly segment: number;
  readonly sent: number;
  readonly delivered: number;
  readonly lost: number;
  readonly latencyUs: Histogram;
  readonly slipUs: Histogram;
  /** The last reading in a second; the largest of those in several. */
  readonly generatorRssBytes: number | null;
  readonly targetRssBytes: number | null;
  /** Largest event-loop lag of any worker in this time, microseconds. */
  readonly lagUs: number;
  /** Null for a single second. */
  readonly deliveredExtremes: DeliveredExtremes | null;
}

/** The length of the windows that a sustained rate is looked for in. */
export const deliveryWindowSeconds = 10;

/** Messages delivered in the worst and the best of several seconds, and of ten in a row that end among them. */
export interface DeliveredExtremes {
  readonly leastInSecond: number;
  readonly mostInSecond: number;
  /** Null where no ten seconds in a row of the phase end in them. */
  readonly leastInTenSeconds: number | null;
  readonly mostInTenSeconds: number | null;
}

export interface FailureCount {
  readonly code: string;
  readonly phase: string;
  readonly kind: string;
  readonly blame: "target" | "network" | "generator" | "config";
  readonly count: number;
  /** Since startedAtEpochMs. */
  readonly firstMs: number;
  readonly lastMs: number;
  readonly example: string;
}

export interface CollectedGenerator {
  readonly workers: readonly WorkerHealth[];
  readonly cpuSeconds: number;
  readonly lostWorkers: readonly { readonly index: number; readonly reason: string }[];
  readonly memory: MemorySeries;
  /** How often all garbage of the main thread was collected under load. */
  readonly fullCollections: number;
  /** Share of the run in which the container was throttled by its CPU quota; null when there is none to read. */
  readonly throttledRatio: number | null;
  /** Share of host CPU time taken by other guests; null when it cannot be read. */
  readonly stealRatio: number | null;
  /** Messages settled as lost early because too many were outstanding; a later copy of one counts as duplicated. */
  readonly ledgerGivenUp: number;
  /** What workers recorded by seconds and no interval has; zeros while running. */
  readonly missedByIntervals: MissedCounts;
}

/** Seconds were overwritten before the main thread read them, or a worker died before it told. */
export interface MissedCounts {
  readonly sent: number;
  readonly delivered: number;
  readonly lost: number;
  /** Latency samples. */
  readonly latencies: number;
}

export interface WorkerHealth {
  readonly index: number;
  /** The most it had open at a time. */
  readonly connections: number;
  /** Event-loop lag under load (resolution taken off), microseconds; null when there was no load to lag under. */
  readonly lagUs: { readonly p50: number; readonly p99: number; readonly max: number } | null;
  /** Share of wall time the loop was busy, its own spinning left out, 0 .. 1; null while unknown. */
  readonly utilization: number | null;
  readonly cpuSeconds: number | null;
  /** In which its loop stood still for more than 20 ms at a time. */
  readonly stalls: WorkerStalls;
  /** How long it watched for standstills after the load of a segment, until its drain was over; 0 before. */
  readonly drainMs: number;
  /** Share of the load in which it could run and waited for a core, 0 .. 1; null where the system does not tell. */
  readonly starvedRatio: number | null;
  readonly gcPauseTotalMs: number;
  readonly gcPauseMaxMs: number;
  /** How often all its garbage was collected under load. */
  readonly fullCollections: number;
}

/** Time in which nothing was sent or read, milliseconds; 0 for none. */
export interface WorkerStalls {
  /** Of the measured load and the drain. */
  readonly loadMs: number;
  /** The part of `loadMs` that fell into drains. */
  readonly drainMs: number;
  readonly longestLoadMs: number;
  readonly connectingMs: number;
  readonly longestConnectingMs: number;
}

export interface MemorySeries {
  /** What was read, for people: `process.memoryUsage`, `/proc/1234/status VmRSS`, a URL. */
  readonly source: string;
  /** Oldest first, milliseconds since startedAtEpochMs. */
  readonly samples: readonly {
    readonly tMs: number;
    readonly bytes: number;
    readonly connections: number;
    readonly delivered: number;
  }[];
  /** Highest bytes known, between samples too where the source tells (VmHWM). */
  readonly peakBytes: number | null;
  /** Why there are no samples; null when there are. */
  readonly unavailable: string | null;
}

/** What the mock counted from the begin of a phase's load to that of the next, or to the end of the drain. */
export interface PhaseBooks {
  /** Index among all phases. */
  readonly phase: number;
  /** Without those that stayed as they were. */
  readonly changes: Readonly<Record<string, number>>;
}

export interface CollectedTarget {
  /** For people: `mock (echo)`, `ws://host/path`. */
  readonly description: string;
  readonly memory: MemorySeries;
  /** The mock's books when the target is the mock: what it took in, gave out, and every fault it injected. */
  readonly mockBooks: Readonly<Record<string, number>> | null;
  /** What changed in them from phase to phase; left out while running and where there are no books. */
  readonly booksByPhase?: readonly PhaseBooks[];
  /** How the mock ended; left out while it runs and for any other target. */
  readonly shutdown?: TargetShutdown;
}

/** What the mock says of its own end. */
export interface TargetShutdown {
  readonly pendingFlushed: number;
  readonly pendingDropped: number;
  readonly connectionsClosed: number;
  readonly backgroundTasksStopped: number;
  readonly durationMs: number;
}
