import type { JobCount, JobStatisticsPlan } from "../../plan/plan.ts";
import { makeNumberField } from "../../wire/number-field.ts";
import { makeTextPattern, type TextPattern } from "../../wire/text-pattern.ts";
import type { CollectedJobStatistics, ToldJobCounts } from "../collected-queue.ts";
import type { LoadConnection } from "./load-connection.ts";
import { plainMessage } from "../../transport/plain-message.ts";

/** How long an answer is waited for. */
const answerMs = 10_000;

type Counts = Partial<Record<JobCount, number>>;

/** Asks the target for its own statistics, before the first job and after the last. */
export class JobStatistics {
  readonly #plan: JobStatisticsPlan;
  readonly #answer: TextPattern;
  readonly #fields;
  #before: ToldJobCounts = { kind: "not-asked" };
  #after: ToldJobCounts = { kind: "not-asked" };
  #whenAnswered: ((counts: Counts) => void) | null = null;

  constructor(plan: JobStatisticsPlan) {
    this.#plan = plan;
    this.#answer = makeTextPattern(plan.answer);
    this.#fields = plan.counts.map(([count, where]) => [count, makeNumberField(where)] as const);
  }

  get told(): CollectedJobStatistics {
    return { before: this.#before, after: this.#after };
  }

  async askBefore(connections: readonly LoadConnection[]): Promise<void> {
    if (this.#before.kind === "not-asked") this.#before = await this.#ask(connections);
  }

  /** A target that did not answer before is not waited for again: there would be nothing to take off. */
  async askAfter(connections: readonly LoadConnection[]): Promise<void> {
    if (this.#before.kind !== "unanswered") this.#after = await this.#ask(connections);
  }

  /** Whether the message is the answer that is waited for. */
  take(view: DataView, start: number, end: number): boolean {
    if (this.#whenAnswered === null || !this.#answer.test(view, start, end)) return false;
    const counts: Counts = {};
    for (const [count, field] of this.#fields) {
      const value = field.read(view, start, end);
      if (value >= 0) counts[count] = value;
    }
    this.#whenAnswered(counts);
    return true;
  }

  async #ask(connections: readonly LoadConnection[]): Promise<ToldJobCounts> {
    const connection = connections.find(({ state, transport }) => state === "ready" && transport?.canSend === true);
    if (connection === undefined) return { kind: "unanswered", reason: "no connection was open to ask on" };
    const transport = connection.transport!;
    let timer: NodeJS.Timeout | undefined;
    const answer = await new Promise<Counts | null>((resolve) => {
      this.#whenAnswered = resolve;
      timer = setTimeout(() => resolve(null), answerMs);
      transport.beginBurst();
      transport.writeMessage(plainMessage(this.#plan.request));
      transport.endBurst();
    });
    clearTimeout(timer);
    this.#whenAnswered = null;
    if (answer === null) return { kind: "unanswered", reason: `no answer came within ${answerMs / 1000} s` };
    return { kind: "told", counts: answer };
  }
}
