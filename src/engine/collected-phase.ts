import type { Histogram } from "../measure/histogram.ts";
import type { MessageClass } from "../plan/message-classes.ts";
import type { PhasePlan } from "../plan/plan.ts";

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

/** What was measured of one class of messages. */
export interface CollectedClass {
  readonly messageClass: MessageClass;
  /** As those of all messages; connections are not told apart by classes. */
  readonly phases: readonly CollectedPhase[];
}
