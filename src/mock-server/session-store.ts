import type { FaultPlan } from "./fault-plan.ts";
import type { MockBooks } from "./mock-books.ts";
import type { SessionOptions } from "./mock-options.ts";

/** Over all sessions; an answer that does not fit in is dropped. */
const mostKeptBytes = 64 * 1024 * 1024;

/** An answer that could not be sent, as the store sees it. */
export interface KeptAnswer {
  readonly payload: Uint8Array;
}

/** A connection that has a session. */
export interface SessionOwner {
  /** Another connection has taken its session over. What it has not answered has to be given to `keep` before this returns. */
  supersede(): void;
}

/** What is told a connection that asked for a session. */
export interface ResumedSession<A extends KeptAnswer> {
  /** Oldest first. */
  readonly answers: readonly A[];
  /** A planned fault: the answers are sent a second time. */
  readonly isRepeated: boolean;
}

interface AwaySession<A> {
  readonly untilMs: number;
  readonly answers: readonly A[];
}

/**
 * Sessions of connections, by their names: those that are open, and for a while those that were lost, with the answers that
 * were still to be sent on them.
 */
export class SessionStore<A extends KeptAnswer> {
  readonly #options: SessionOptions;
  readonly #plan: FaultPlan;
  readonly #books: MockBooks;
  readonly #open = new Map<string, SessionOwner>();
  /** In the order in which they were lost. */
  readonly #away = new Map<string, AwaySession<A>>();
  #keptBytes = 0;
  /** Wishes so far; with the seed it settles their faults. */
  #wishes = 0;

  constructor(options: SessionOptions, plan: FaultPlan, books: MockBooks) {
    this.#options = options;
    this.#plan = plan;
    this.#books = books;
  }

  /** A session for connection `number`; gives its name. */
  begin(number: number, owner: SessionOwner): string {
    const token = this.#plan.sessionToken(number);
    this.#open.set(token, owner);
    this.#books.sessionsOpened += 1;
    return token;
  }

  /** The session is over: its client has closed it in order, or has taken up another in its place. */
  end(token: string): void {
    if (this.#open.delete(token)) this.#books.sessionsEnded += 1;
  }

  /** The connection of a session is gone. Its last answers are kept, as many as there is room for. */
  keep(token: string, unanswered: readonly A[], nowMs: number): void {
    if (!this.#open.delete(token)) return;
    const { limit, keepMs, answers: most } = this.#options;
    const books = this.#books;
    this.expire(nowMs);
    const answers = unanswered.slice(Math.max(0, unanswered.length - most));
    while (answers.length > 0 && this.#keptBytes + bytesOf(answers) > mostKeptBytes) answers.shift();
    books.answersKept += unanswered.length;
    books.keptDropped += unanswered.length - answers.length;
    this.#keptBytes += bytesOf(answers);
    this.#away.set(token, { untilMs: nowMs + keepMs, answers });
    if (this.#away.size > limit) this.#expireOne(...this.#oldest());
  }

  /** Another connection asks for a session. Null when it is not there, or is refused as planned. */
  resume(token: string, owner: SessionOwner, nowMs: number): ResumedSession<A> | null {
    const books = this.#books;
    const wish = ++this.#wishes;
    this.#open.get(token)?.supersede();
    this.expire(nowMs);
    const session = this.#away.get(token);
    if (session === undefined || this.#plan.refusesSession(wish)) {
      books.sessionsRefused += 1;
      return null;
    }
    this.#away.delete(token);
    this.#keptBytes -= bytesOf(session.answers);
    this.#open.set(token, owner);
    books.sessionsResumed += 1;
    if (this.#plan.forgetsAnswers(wish)) {
      books.keptForgotten += session.answers.length;
      return { answers: [], isRepeated: false };
    }
    return { answers: session.answers, isRepeated: this.#plan.repeatsAnswers(wish) };
  }

  /** Forgets sessions whose time is over. */
  expire(nowMs: number): void {
    for (const [token, session] of this.#away) {
      if (session.untilMs > nowMs) return;
      this.#expireOne(token, session);
    }
  }

  /** Of connections that were lost. */
  get away(): number {
    return this.#away.size;
  }

  #oldest(): [string, AwaySession<A>] {
    return this.#away.entries().next().value!;
  }

  #expireOne(token: string, session: AwaySession<A>): void {
    this.#away.delete(token);
    this.#keptBytes -= bytesOf(session.answers);
    this.#books.sessionsExpired += 1;
    this.#books.keptExpired += session.answers.length;
  }
}

function bytesOf(answers: readonly KeptAnswer[]): number {
  return answers.reduce((sum, { payload }) => sum + payload.length, 0);
}
