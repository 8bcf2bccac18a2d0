import { LoopWatch } from "./loop-watch.ts";
import { Neighbour, type NeighbourCounts, type NeighbourSetting } from "./neighbour.ts";
import type { NeighbourStretch } from "./probe-record.ts";

/** Where nobody is answered, an end that a probe has caused is waited for so long. */
const unaskedSettleMs = 200;
/** Between two attempts to open what was ended. */
const retryMs = 100;
const noCounts: Readonly<NeighbourCounts> = { sent: 0, answered: 0, lost: 0, closed: 0 };

/** The ordinary sessions that run all the while, and what became of them from one look to the next. */
export class Neighbourhood {
  readonly #neighbours: readonly Neighbour[];
  readonly #patienceMs: number;
  readonly #loop: LoopWatch;
  #latenciesUs: number[] = [];
  #before: Readonly<NeighbourCounts> = noCounts;
  #endsBefore = 0;
  #asks = true;

  constructor(count: number, setting: Omit<NeighbourSetting, "onAnswer">) {
    this.#patienceMs = setting.patienceMs;
    this.#loop = new LoopWatch(setting.nowMs);
    const onAnswer = (latencyUs: number) => void this.#latenciesUs.push(latencyUs);
    this.#neighbours = Array.from(
      { length: count },
      (_, index) => new Neighbour(`floodgate-neighbour-${index}`, { ...setting, onAnswer }),
    );
  }

  /** Whether they ask and are answered; otherwise only their connections are watched. */
  get asks(): boolean {
    return this.#asks;
  }

  /** Opens those that have no session; gives how many have one then. */
  async open(): Promise<number> {
    await Promise.all(this.#neighbours.filter(({ isReady }) => !isReady).map((each) => each.open()));
    return this.#neighbours.filter(({ isReady }) => isReady).length;
  }

  /** The same until one has, for as long as an answer is waited for: a target may be started anew by others. */
  async reopen(): Promise<number> {
    for (let left = this.#patienceMs; ; left -= retryMs) {
      const opened = await this.open();
      if (opened > 0 || left <= 0) return opened;
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
  }

  /**
   * Lets each get so many answers. Where nobody gets any, the target does not answer messages: from then on only
   * connections are watched, and what was asked so far is no loss.
   */
  async warmUp(answers: number): Promise<void> {
    const answered = () => this.#sum().answered;
    await Promise.all(
      this.#neighbours.map((each) => each.until(() => each.counts.answered >= answers, this.#patienceMs)),
    );
    if (answered() > 0) return;
    this.#asks = false;
    for (const neighbour of this.#neighbours) neighbour.stopAsking();
    this.take();
  }

  /** Resolves when each open one has been answered a message that it sent after this call, or has been given up. */
  async settle(): Promise<void> {
    await Promise.all(
      this.#neighbours.map((each) => {
        if (!this.#asks) return each.until(() => !each.isReady, unaskedSettleMs);
        const { sent } = each.counts;
        const isOver = () => each.counts.answered + each.counts.lost > sent || !each.isReady;
        return each.until(isOver, 2 * this.#patienceMs);
      }),
    );
  }

  /** What became of them since this was last asked. */
  take(): NeighbourStretch {
    const counts = this.#sum();
    const ends = this.#neighbours.flatMap((each) => each.ends);
    const latencies = this.#latenciesUs.sort((a, b) => a - b);
    const stretch = {
      sent: counts.sent - this.#before.sent,
      answered: counts.answered - this.#before.answered,
      lost: counts.lost - this.#before.lost,
      closed: counts.closed - this.#before.closed,
      ends: ends.slice(this.#endsBefore),
      medianLatencyUs: latencies[Math.floor((latencies.length - 1) / 2)] ?? null,
      worstLatencyUs: latencies.at(-1) ?? null,
      ownLatenessUs: this.#loop.take() * 1000,
    };
    this.#before = counts;
    this.#endsBefore = ends.length;
    this.#latenciesUs = [];
    return stretch;
  }

  async close(): Promise<void> {
    this.#loop.stop();
    await Promise.all(this.#neighbours.map((each) => each.close()));
  }

  #sum(): NeighbourCounts {
    const sum = { ...noCounts };
    for (const { counts } of this.#neighbours) {
      sum.sent += counts.sent;
      sum.answered += counts.answered;
      sum.lost += counts.lost;
      sum.closed += counts.closed;
    }
    return sum;
  }
}
