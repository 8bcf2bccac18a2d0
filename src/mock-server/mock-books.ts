import { priorities } from "./stream-priorities.ts";

/** Why a connection attempt was turned away. */
export type RefusalReason = "handshake" | "bearer" | "limit" | "fault" | "outage";

/** What the answer of `GET /stats` holds beside counts since the start. */
const gauges: ReadonlySet<string> = new Set([
  ...["connectionsOpen", "connectionsPeak", "answerDelayMaxUs"],
  ...["streamsBlocked", "streamQueuePeak", "jobsRunningPeak", "sessionsAway"],
  ...["uptimeMs", "pid", "rssBytes"],
]);

/**
 * Whether an entry of the books only ever grows with what the server does, so that the difference of two readings is what
 * it did between them. The others are levels and extremes: of those the later reading stands.
 */
export function isBookCounter(key: string): boolean {
  return !gauges.has(key);
}

/**
 * What the mock server really did, counted where it happens; the truth a client's findings are checked against.
 *
 * The identities that hold once no connection is open (a message counts when it was read whole):
 *   messagesIn  = answered + dropped + unansweredAtDisconnect + unansweredAtClose       (in echo)
 *   messagesOut = answered + duplicated
 * where there are sessions, those are still owed that were kept of them and not sent later:
 *   messagesIn  = answered + dropped + unansweredAtDisconnect + unansweredAtClose + answersKept - keptSent
 *   answersKept = keptSent + keptDropped + keptForgotten + keptExpired + those still kept
 * in broadcast, where messagesIn are those published and every fault is one of a copy:
 *   copies      = answered + dropped + copiesOverflowed + unansweredAtDisconnect + unansweredAtClose
 * and against a client with no losses of its own, all its connections closed:
 *   client lost        = dropped + corrupted + unansweredAtDisconnect + (client sent - messagesIn)
 *   client duplicated  = duplicated;  client corrupted = corrupted;  client reordered = reordered
 * The last bracket is what the server never read, because it had cut the connection.
 *
 * In mode push the messages of streams take the place of answers, and what comes in is asked for and stopped with:
 *   streamMessages = messagesOut - duplicated + dropped + unansweredAtDisconnect + unansweredAtClose
 *                    + displaced<Class> + rejected<Class> of all classes, where streams have a queue
 *
 * In mode queue what comes in are jobs, wishes to cancel them and questions for the statistics, what goes out are replies,
 * and with no job left:
 *   jobsAccepted = jobsCompleted + jobsCancelled - jobsCancelledRan + jobsLost
 */
export class MockBooks {
  connectionsAccepted = 0;
  connectionsOpen = 0;
  connectionsPeak = 0;
  /** Ended, in whatever way. */
  connectionsClosed = 0;
  /** Ended by the faults disconnect-after, disconnect-rate and outage, or for taking nothing, or as another took their session over; part of the closed ones. */
  connectionsCut = 0;
  /** Ended with 1008 because they sent too fast; part of the closed ones. The message too many is unansweredAtDisconnect. */
  connectionsRateLimited = 0;
  /** Left by the peer without a close frame; part of the closed ones. */
  connectionsLost = 0;
  readonly refused: Record<RefusalReason, number> = { handshake: 0, bearer: 0, limit: 0, fault: 0, outage: 0 };
  /** Times that all connections were cut at once. */
  outages = 0;
  messagesIn = 0;
  /** Answers that left, duplicates and corrupt ones included. */
  messagesOut = 0;
  /** Message bytes, without frame headers; under compression before it is applied. */
  payloadBytesIn = 0;
  payloadBytesOut = 0;
  pingsAnswered = 0;
  dropped = 0;
  corrupted = 0;
  duplicated = 0;
  /** Answers that really left after a later one. */
  reordered = 0;
  /** Answers that were held to be reordered, but left in order: no later one came in time. Not a fault. */
  reorderMissed = 0;
  /** Messages read but not answered when the server cut their connection. */
  unansweredAtDisconnect = 0;
  /** The same when the peer closed or left, or the server was stopped. */
  unansweredAtClose = 0;
  /** Answers that waited for latency, a stall or a peer that was not reading. */
  delayedAnswers = 0;
  /** From receipt to leaving, over the delayed answers. */
  answerDelaySumUs = 0;
  answerDelayMaxUs = 0;
  /** Answers that a stall held back. */
  stalledAnswers = 0;
  leakedBytes = 0;
  /** Sequences given to messages of streams, dropped ones included. */
  streamMessages = 0;
  /** Due when their stream ended, but never made, because the peer did not read. */
  streamUnsent = 0;
  streamsStarted = 0;
  /** Ended with a last word, and not with their connection. */
  streamsEnded = 0;
  /** Messages of streams by their class: made, and given up in a full queue, for another one or at once. */
  readonly streamPriorities = priorities.map((name) => ({ name, made: 0, displaced: 0, rejected: 0 }));
  /** Messages that waited in a queue, and the most that one stream had waiting at a time. */
  streamQueued = 0;
  streamQueuePeak = 0;
  /** Streams whose peer is taking nothing now. */
  streamsBlocked = 0;
  /** Sends that took more than 500 ms, and streams that had more than five of them. */
  slowSends = 0;
  streamsSlow = 0;
  /** Connections ended because their peer took nothing for the time limit. */
  sendTimeouts = 0;
  /** broadcast: connections that have come into a room, and left one. */
  joins = 0;
  leaves = 0;
  /** broadcast: what was published, times the connections it was for. */
  copies = 0;
  /** Copies that were not even tried, because their connection does not read. */
  copiesOverflowed = 0;
  /** queue: jobs by what was done with them. jobsSubmitted = jobsAccepted + jobsRefused. */
  jobsSubmitted = 0;
  jobsAccepted = 0;
  jobsRefused = 0;
  jobsStarted = 0;
  jobsCompleted = 0;
  jobsCancelled = 0;
  /** Wishes to cancel a job that was running, or not there. */
  jobsCancelTooLate = 0;
  /** The most of one key that ran at a time. */
  jobsRunningPeak = 0;
  /** Faults that really happened: jobs that started after a later one of their key, that were lost, that ran though cancelled. */
  jobsOvertaken = 0;
  jobsLost = 0;
  jobsCancelledRan = 0;
  /** Completed jobs that the statistics count twice. */
  jobsMiscounted = 0;
  /** Messages that ask for nothing a queue knows. */
  jobsUnreadable = 0;
  /** Replies whose connection had gone. */
  jobRepliesUnheard = 0;
  /** Sessions: one with each connection; kept and resumed; asked for in vain; kept to no use; ended by their clients. */
  sessionsOpened = 0;
  sessionsResumed = 0;
  sessionsRefused = 0;
  sessionsExpired = 0;
  sessionsEnded = 0;
  /**
   * Answers that were to be sent yet when the connection of their session was lost, and what became of them: sent once it
   * was resumed, too many to keep, gone though it was resumed (a fault), kept to no use.
   */
  answersKept = 0;
  keptSent = 0;
  keptDropped = 0;
  keptForgotten = 0;
  keptExpired = 0;
  readonly protocolErrors = new Map<string, number>();

  /** Counts a connection that has completed its handshake; gives its number, from 1. */
  open(): number {
    this.connectionsAccepted += 1;
    this.connectionsOpen += 1;
    this.connectionsPeak = Math.max(this.connectionsPeak, this.connectionsOpen);
    return this.connectionsAccepted;
  }

  /** Counts the end of an open connection. */
  close(): void {
    this.connectionsOpen -= 1;
    this.connectionsClosed += 1;
  }

  /** Counts a breach of RFC 6455 by a client; `kind` is a stable word such as `invalid-utf8`. */
  protocolError(kind: string): void {
    this.protocolErrors.set(kind, (this.protocolErrors.get(kind) ?? 0) + 1);
  }

  /** Counts an answer that left `delayMs` after its message had come. */
  delayed(delayMs: number): void {
    const delayUs = Math.round(delayMs * 1000);
    this.delayedAnswers += 1;
    this.answerDelaySumUs += delayUs;
    if (delayUs > this.answerDelayMaxUs) this.answerDelayMaxUs = delayUs;
  }

  /** All counts by name, as `GET /stats` gives them. Protocol errors by kind are `protocolErrors.<kind>`. */
  snapshot(): Record<string, number> {
    let protocolErrors = 0;
    const byKind: Record<string, number> = {};
    for (const [kind, count] of this.protocolErrors) {
      protocolErrors += count;
      byKind[`protocolErrors.${kind}`] = count;
    }
    return {
      connectionsAccepted: this.connectionsAccepted,
      connectionsOpen: this.connectionsOpen,
      connectionsPeak: this.connectionsPeak,
      connectionsClosed: this.connectionsClosed,
      connectionsCut: this.connectionsCut,
      connectionsRateLimited: this.connectionsRateLimited,
      connectionsLost: this.connectionsLost,
      refusedHandshake: this.refused.handshake,
      refusedBearer: this.refused.bearer,
      refusedLimit: this.refused.limit,
      refusedFault: this.refused.fault,
      refusedOutage: this.refused.outage,
      outages: this.outages,
      messagesIn: this.messagesIn,
      messagesOut: this.messagesOut,
      payloadBytesIn: this.payloadBytesIn,
      payloadBytesOut: this.payloadBytesOut,
      pingsAnswered: this.pingsAnswered,
      dropped: this.dropped,
      corrupted: this.corrupted,
      duplicated: this.duplicated,
      reordered: this.reordered,
      reorderMissed: this.reorderMissed,
      unansweredAtDisconnect: this.unansweredAtDisconnect,
      unansweredAtClose: this.unansweredAtClose,
      delayedAnswers: this.delayedAnswers,
      answerDelaySumUs: this.answerDelaySumUs,
      answerDelayMaxUs: this.answerDelayMaxUs,
      stalledAnswers: this.stalledAnswers,
      leakedBytes: this.leakedBytes,
      streamMessages: this.streamMessages,
      streamUnsent: this.streamUnsent,
      streamsStarted: this.streamsStarted,
      streamsEnded: this.streamsEnded,
      ...Object.fromEntries(
        this.streamPriorities.flatMap(({ name, made, displaced, rejected }) => [
          [`made${capital(name)}`, made],
          [`displaced${capital(name)}`, displaced],
          [`rejected${capital(name)}`, rejected],
        ]),
      ),
      streamQueued: this.streamQueued,
      streamQueuePeak: this.streamQueuePeak,
      streamsBlocked: this.streamsBlocked,
      slowSends: this.slowSends,
      streamsSlow: this.streamsSlow,
      sendTimeouts: this.sendTimeouts,
      joins: this.joins,
      leaves: this.leaves,
      copies: this.copies,
      copiesOverflowed: this.copiesOverflowed,
      jobsSubmitted: this.jobsSubmitted,
      jobsAccepted: this.jobsAccepted,
      jobsRefused: this.jobsRefused,
      jobsStarted: this.jobsStarted,
      jobsCompleted: this.jobsCompleted,
      jobsCancelled: this.jobsCancelled,
      jobsCancelTooLate: this.jobsCancelTooLate,
      jobsRunningPeak: this.jobsRunningPeak,
      jobsOvertaken: this.jobsOvertaken,
      jobsLost: this.jobsLost,
      jobsCancelledRan: this.jobsCancelledRan,
      jobsMiscounted: this.jobsMiscounted,
      jobsUnreadable: this.jobsUnreadable,
      jobRepliesUnheard: this.jobRepliesUnheard,
      sessionsOpened: this.sessionsOpened,
      sessionsResumed: this.sessionsResumed,
      sessionsRefused: this.sessionsRefused,
      sessionsExpired: this.sessionsExpired,
      sessionsEnded: this.sessionsEnded,
      answersKept: this.answersKept,
      keptSent: this.keptSent,
      keptDropped: this.keptDropped,
      keptForgotten: this.keptForgotten,
      keptExpired: this.keptExpired,
      protocolErrors,
      ...byKind,
    };
  }
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
