import type { DeliveryLedger } from "../../measure/delivery-ledger.ts";
import { counter } from "../../measure/worker-cells.ts";
import { sessionPlaceholder, type ReadyPlan, type ResumePlan } from "../../plan/plan.ts";
import { plainMessage } from "../../transport/plain-message.ts";
import type { ConnectionEnd, Transport } from "../../transport/transport.ts";
import { makeTokenReader, type TokenReader } from "../../wire/token-field.ts";
import type { LoadConnection } from "./load-connection.ts";

/** What a message of the target says of sessions. */
export type SessionWord = "named" | "resumed" | "refused";

/** How a connection ended. */
export interface SessionEnd {
  readonly phase: number;
  readonly end: ConnectionEnd;
  /** It had been ready. */
  readonly wasReady: boolean;
  /** The run itself closed it in order, to come again as a new client. */
  readonly isLeft: boolean;
}

/** What is known of the session of one connection. */
interface Session {
  /** What the target calls it; null while it has not said so. */
  token: string | null;
  /** The name it has given since the connection was opened. */
  offered: string | null;
  /** Interrupted, and not known yet to be kept or lost. */
  isAtStake: boolean;
  /** Asked for on the connection that is open now, without an answer so far. */
  isAsked: boolean;
  /** No answer came in the time to become ready. */
  isOverdue: boolean;
  /** Resumed after the last interruption. */
  isResumed: boolean;
  /** So many messages were in flight when it was interrupted, the last of them with this sequence. */
  held: number;
  heldUpTo: number;
  /** In which it was interrupted. */
  phase: number;
}

/** Close codes that say nothing of a session: gone away, no close frame, restarting, overloaded. */
const notOfSessions: readonly number[] = [1001, 1006, 1012, 1013];

/**
 * Asks for the sessions of connections that were lost, and keeps what was in flight on them open until it is known whether
 * there is anybody left to answer. One for all connections of a worker.
 */
export class SessionKeeper {
  readonly #plan: ResumePlan;
  readonly #ledger: DeliveryLedger;
  readonly #count: (phase: number, which: number, times: number) => void;
  readonly #tokenIn: TokenReader;
  readonly #isResumed: (text: string) => boolean;
  readonly #isRefused: (text: string) => boolean;
  /** By the local number of the connection. */
  readonly #sessions = new Map<number, Session>();

  constructor(plan: ResumePlan, ledger: DeliveryLedger, count: (phase: number, which: number, times: number) => void) {
    this.#plan = plan;
    this.#ledger = ledger;
    this.#count = count;
    this.#tokenIn = makeTokenReader(plan.session);
    this.#isResumed = signOf(plan.resumed);
    this.#isRefused = plan.refused === null ? () => false : signOf(plan.refused);
  }

  /** The connection is open. True when it has asked for its session; then a word of the target says how it goes on. */
  opened({ local }: LoadConnection, transport: Transport): boolean {
    const session = this.#of(local);
    session.offered = null;
    const { token } = session;
    session.isAsked = session.isAtStake && token !== null;
    session.isAtStake = session.isAsked;
    if (token === null || !session.isAsked) return false;
    transport.beginBurst();
    for (const text of this.#plan.firstMessages)
      transport.writeMessage(plainMessage(text.replaceAll(sessionPlaceholder, token)));
    transport.endBurst();
    return true;
  }

  isAsked({ local }: LoadConnection): boolean {
    return this.#sessions.get(local)?.isAsked === true;
  }

  /** Looks for a word on sessions in a message that is none of ours as it was sent. */
  hear({ local }: LoadConnection, bytes: Buffer, start: number, end: number): SessionWord | null {
    const session = this.#of(local);
    if (!session.isAsked && session.offered !== null) return null;
    const text = bytes.toString("utf8", start, end);
    const token = this.#tokenIn(text);
    if (session.isAsked && this.#isResumed(text)) {
      this.#decide(session, counter.sessionsResumed);
      session.isResumed = true;
      session.offered = session.token = token ?? session.token;
      return "resumed";
    }
    const isRefused = session.isAsked && this.#isRefused(text);
    session.offered ??= token;
    if (isRefused) this.#lose(local, session, counter.sessionsLost);
    if (!session.isAsked) session.token = session.offered;
    if (isRefused) return "refused";
    return token === null ? null : "named";
  }

  /** The target has not said in time whether the session is kept. Its connection is ended next. */
  overdue({ local }: LoadConnection): void {
    const session = this.#sessions.get(local);
    if (session?.isAsked === true) session.isOverdue = true;
  }

  /** The connection has ended, or an attempt at it. True when what is in flight on it may still be answered. */
  ended({ local }: LoadConnection, { wasReady, isLeft, end, phase }: SessionEnd): boolean {
    const session = this.#of(local);
    if (wasReady) return this.#interrupted(local, session, phase, isLeft);
    if (!session.isAsked) return session.isAtStake;
    session.isAsked = false;
    if (session.isOverdue) this.#lose(local, session, counter.sessionsUnknown);
    else if (!notOfSessions.includes(end.closeCode)) this.#lose(local, session, counter.sessionsLost);
    return session.isAtStake;
  }

  /** The connection is not opened any more, or is closed by this side for good: nobody will ask for its session. */
  dropped({ local }: LoadConnection): void {
    const session = this.#sessions.get(local);
    if (session === undefined) return;
    this.#settle(local, session);
    session.token = null;
    // An answer to what was asked may be under way.
    if (!session.isAsked) this.#sessions.delete(local);
  }

  /** The drain has ended: what was in flight when sessions were interrupted, and has not come, is lost. */
  settle(): void {
    for (const [local, session] of this.#sessions) this.#settle(local, session);
  }

  #interrupted(local: number, session: Session, phase: number, isLeft: boolean): boolean {
    if (isLeft || session.token === null) {
      if (!isLeft) this.#count(phase, counter.sessionsUnnamed, 1);
      this.#settle(local, session);
      this.#sessions.delete(local);
      return false;
    }
    this.#count(phase, counter.sessionsInterrupted, 1);
    if (session.held > 0) {
      // Lost again before all of it was answered: the rest is in flight once more.
      const left = this.#ledger.pendingUpTo(local, session.heldUpTo);
      this.#count(session.phase, counter.heldAnswered, session.held - left);
    }
    // A place in the window is given back here, once: the window of the next connection begins empty.
    this.#ledger.releaseOlder(local, Infinity);
    session.held = this.#ledger.outstandingOf(local);
    session.heldUpTo = this.#ledger.nextSequence(local) - 1;
    session.phase = phase;
    session.isAtStake = true;
    session.isResumed = false;
    return true;
  }

  #lose(local: number, session: Session, which: number): void {
    this.#decide(session, which);
    session.token = null;
    this.#settle(local, session);
  }

  #decide(session: Session, which: number): void {
    this.#count(session.phase, which, 1);
    session.isAtStake = false;
    session.isAsked = false;
    session.isOverdue = false;
  }

  #settle(local: number, session: Session): void {
    if (session.held === 0) return;
    const lost = this.#ledger.loseUpTo(local, session.heldUpTo);
    const which = session.isResumed ? counter.heldLostResumed : counter.heldLostWithSession;
    this.#count(session.phase, counter.heldAnswered, session.held - lost);
    this.#count(session.phase, which, lost);
    session.held = 0;
  }

  #of(local: number): Session {
    const known = this.#sessions.get(local);
    if (known !== undefined) return known;
    const session: Session = {
      ...{ token: null, offered: null, isAtStake: false, isAsked: false, isOverdue: false, isResumed: false },
      ...{ held: 0, heldUpTo: 0, phase: 0 },
    };
    this.#sessions.set(local, session);
    return session;
  }
}

function signOf({ kind, pattern, flags }: ReadyPlan): (text: string) => boolean {
  if (kind === "text") return (text) => text.includes(pattern);
  const expression = new RegExp(pattern, flags);
  return (text) => expression.test(text);
}
