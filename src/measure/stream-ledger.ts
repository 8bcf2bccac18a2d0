import type { LossKind } from "./delivery-ledger.ts";
import { GapList, gapKind } from "./gap-list.ts";

/** What `StreamLedger.take` answers beside a number of sequences above 0 by which the stream has advanced. */
export const streamAnswer = {
  /** A late first copy; the phase in which it was missed is in `filledPhase`. */
  filled: 0,
  /** A further copy. */
  duplicate: -1,
  /** From before the range that is counted. */
  outside: -2,
  /** The third message of a stream that began again: it and the two before it open a new incarnation. */
  restarted: -3,
  /** It goes on where it was before it began again: what came since then, `repeated` messages, was its past once more. */
  resumed: -4,
} as const;

/** So many sequences in a row from the first one on, with none above in between, are a new beginning and no repetition. */
export const restartRun = 3;
/** ... when the stream had come at least so far. */
const leastRestart = 16;
const defaultMostGaps = 262_144;

/**
 * Told of sequences that will not be waited for any more, `count` of one run of `stream`; `refused` are those that the target
 * said it gave up.
 */
export type StreamLossListener = (
  kind: LossKind | "refused",
  phase: number,
  openedMs: number,
  count: number,
  stream: number,
) => void;

/**
 * Which sequences of each of a worker's streams are missing, exactly: the highest seen and the runs below it that have not
 * come. What is neither missing nor above is a duplicate, however old. Memory follows the number of runs, not of messages; beyond
 * `mostGaps` over all streams the oldest run of the stream at hand is given up, and counted.
 *
 * Numbered by the target, 0 or more. One incarnation of a stream is what counts up from one beginning; another begins with
 * the next connection when its first sequence was seen before (or when the target is known to begin anew), with the next
 * subscription, or where the target starts again in the middle of a connection.
 */
export class StreamLedger {
  /** Where what is taken from now on belongs. */
  phase = 0;
  nowMs = 0;
  /** Phase of the message taken last, when the answer was `filled`. */
  filledPhase = 0;
  /** When the answer was `restarted`: whether the messages before had been answered as `outside`, and not as `duplicate`. */
  wasOutside = false;
  /** When the answer was `resumed`: messages of the incarnation that was none. */
  repeated = 0;
  /** Runs settled as lost, and the longest of them. */
  gaps = 0;
  longestGap = 0;
  /** Incarnations after the first of each stream. */
  restarts = 0;
  /** Sequences that the target said it gave up, although they came. */
  overtold = 0;
  /** By stream: sequences settled as lost. */
  readonly lostOf: Float64Array;
  /** Sequences settled as lost early, as too many runs were missing; a later copy of one counts as duplicate. */
  givenUp = 0;
  readonly #highest: Float64Array;
  /** The counted range begins above it. */
  readonly #base: Float64Array;
  /** Of the incarnation before, on another connection; -1 for none. */
  readonly #before: Float64Array;
  readonly #gaps: (GapList | null)[];
  readonly #hasEnded: Uint8Array;
  /** Sequences that the target said it gave up, and that no settled run has been found to be. */
  readonly #told: Float64Array;
  readonly #corruptAt: Float64Array;
  readonly #corrupt: Uint32Array;
  readonly #runLast: Float64Array;
  readonly #runLength: Uint8Array;
  readonly #runHighest: Float64Array;
  /** Where the incarnation before would have gone on, when this one began in the middle of a connection; else NaN. */
  readonly #resumeAt: Float64Array;
  /** Its base. */
  readonly #resumeBase: Float64Array;
  readonly #first: number | null;
  readonly #onLost: StreamLossListener;
  readonly #mostGaps: number;
  #openGaps = 0;

  /** `first`: the sequence every subscription is known to begin with; null when it may be any. */
  constructor(streams: number, first: number | null, onLost: StreamLossListener, mostGaps = defaultMostGaps) {
    this.#first = first;
    this.#onLost = onLost;
    this.#mostGaps = mostGaps;
    this.#highest = new Float64Array(streams).fill(NaN);
    this.#base = new Float64Array(streams).fill(-1);
    this.#before = new Float64Array(streams).fill(-1);
    this.#gaps = Array.from({ length: streams }, () => null);
    this.#hasEnded = new Uint8Array(streams);
    this.lostOf = new Float64Array(streams);
    this.#told = new Float64Array(streams);
    this.#corruptAt = new Float64Array(streams).fill(NaN);
    this.#corrupt = new Uint32Array(streams);
    this.#runLast = new Float64Array(streams).fill(NaN);
    this.#runLength = new Uint8Array(streams);
    this.#runHighest = new Float64Array(streams).fill(NaN);
    this.#resumeAt = new Float64Array(streams).fill(NaN);
    this.#resumeBase = new Float64Array(streams);
  }

  /** Runs that are missing now, over all streams. */
  get openGaps(): number {
    return this.#openGaps;
  }

  hasEnded(stream: number): boolean {
    return this.#hasEnded[stream] === 1;
  }

  /** The last sequence that was seen or told; NaN when there is none on this connection. */
  highestOf(stream: number): number {
    return this.#highest[stream]!;
  }

  /** The load begins: from here on the stream counts, from where it is when it runs already. */
  startCounting(stream: number): void {
    if (this.#hasEnded[stream] === 1) this.#leave(stream);
    this.#before[stream] = -1;
    const highest = this.#highest[stream]!;
    if (!Number.isNaN(highest)) this.#base[stream] = highest;
  }

  /** The target was asked for the stream, and begins with `first` where that is known; unless it runs already, unasked. */
  subscribed(stream: number): void {
    if (this.#first !== null && Number.isNaN(this.#highest[stream]!)) this.#incarnate(stream, this.#first);
  }

  /** A message that is not counted, because the load has not begun: only where the stream is matters. */
  follow(stream: number, sequence: number): void {
    if (!(sequence <= this.#highest[stream]!)) this.#highest[stream] = sequence;
  }

  /** A message that counts: by how many sequences the stream has advanced, or a `streamAnswer`. Allocates nothing. */
  take(stream: number, sequence: number): number {
    if (sequence !== this.#highest[stream]! + 1) return this.#takeOther(stream, sequence);
    this.#highest[stream] = sequence;
    return 1;
  }

  /** A message came broken, so that nobody can tell which it was; the next run that opens there holds it. */
  markCorrupt(stream: number): void {
    const highest = this.#highest[stream]!;
    if (!Object.is(this.#corruptAt[stream], highest)) this.#corrupt[stream] = 0;
    this.#corruptAt[stream] = highest;
    this.#corrupt[stream]! += 1;
  }

  /** The target said that the stream is over, and with which sequence; gives the number of sequences that are news. */
  end(stream: number, last: number): number {
    if (Number.isNaN(this.#highest[stream]!) && this.#first !== null) this.#incarnate(stream, this.#first);
    this.#hasEnded[stream] = 1;
    const highest = this.#highest[stream]!;
    if (!(last > highest)) return 0;
    this.#open(stream, highest + 1, last, gapKind.skipped);
    this.#highest[stream] = last;
    return last - highest;
  }

  /** The target said that it gave up so many of the stream's sequences; which of the missing ones those are, nobody knows. */
  tellGivenUp(stream: number, count: number): void {
    this.#told[stream]! += count;
  }

  /** Its connection is gone: what is missing will not come any more. */
  connectionEnded(stream: number): void {
    this.#leave(stream);
  }

  /** Settles everything that is missing as lost. */
  finish(): void {
    for (let stream = 0; stream < this.#gaps.length; stream += 1) this.#settle(stream);
  }

  #takeOther(stream: number, sequence: number): number {
    const highest = this.#highest[stream]!;
    if (Number.isNaN(highest)) return this.#takeFirst(stream, sequence);
    if (sequence === this.#resumeAt[stream]!) return this.#resume(stream, sequence);
    if (sequence > highest) return this.#advance(stream, sequence, gapKind.skipped);
    if (sequence > this.#base[stream]!) {
      const gaps = this.#gaps[stream] ?? null;
      const index = gaps === null ? -1 : gaps.find(sequence);
      if (index >= 0) return this.#fill(gaps!, index, sequence);
    }
    return this.#isRestart(stream, sequence, highest) ? this.#restart(stream, sequence) : this.#old(stream, sequence);
  }

  #old(stream: number, sequence: number): number {
    return sequence > this.#base[stream]! ? streamAnswer.duplicate : streamAnswer.outside;
  }

  /** The first message of a connection. */
  #takeFirst(stream: number, sequence: number): number {
    const before = this.#before[stream]!;
    if (this.#first === null && before >= 0 && sequence > before) {
      // It goes on where it was: what it sent meanwhile is missing.
      this.#highest[stream] = before;
      return this.#advance(stream, sequence, gapKind.away);
    }
    this.#incarnate(stream, this.#first !== null && this.#first <= sequence ? this.#first : sequence);
    return this.#advance(stream, sequence, gapKind.skipped);
  }

  #advance(stream: number, sequence: number, kind: number): number {
    const highest = this.#highest[stream]!;
    if (sequence > highest + 1) this.#open(stream, highest + 1, sequence - 1, kind);
    this.#highest[stream] = sequence;
    return sequence - highest;
  }

  /** A new beginning whose first sequence is `first`. */
  #incarnate(stream: number, first: number): void {
    if (this.#before[stream]! >= 0) this.restarts += 1;
    this.#base[stream] = first - 1;
    this.#highest[stream] = first - 1;
  }

  #fill(gaps: GapList, index: number, sequence: number): number {
    this.filledPhase = gaps.phase[index]!;
    const runs = gaps.length;
    gaps.fill(index, sequence);
    this.#openGaps += gaps.length - runs;
    return streamAnswer.filled;
  }

  #isRestart(stream: number, sequence: number, highest: number): boolean {
    const goesOn = this.#runHighest[stream] === highest && sequence === this.#runLast[stream]! + 1;
    const begins = sequence === (this.#first ?? 1) || sequence === 0;
    // All of a run must have been answered alike, so that the receiver can take the answers back.
    const isAlike = this.#old(stream, sequence) === this.#old(stream, this.#runLast[stream]!);
    const length = goesOn && isAlike && this.#runLength[stream]! > 0 ? this.#runLength[stream]! + 1 : begins ? 1 : 0;
    this.#runHighest[stream] = highest;
    this.#runLast[stream] = sequence;
    this.#runLength[stream] = length;
    return length === restartRun && highest - sequence >= leastRestart;
  }

  #restart(stream: number, sequence: number): number {
    this.wasOutside = this.#old(stream, sequence) === streamAnswer.outside;
    const [resumeAt, base] = [this.#highest[stream]! + 1, this.#base[stream]!];
    this.#leave(stream);
    this.#incarnate(stream, sequence - restartRun + 1);
    this.#highest[stream] = sequence;
    this.#resumeAt[stream] = resumeAt;
    this.#resumeBase[stream] = base;
    return streamAnswer.restarted;
  }

  /** Nothing is missing between the two: the stream never was there. */
  #resume(stream: number, sequence: number): number {
    this.repeated = this.#highest[stream]! - this.#base[stream]!;
    const gaps = this.#gaps[stream] ?? null;
    if (gaps !== null) {
      for (let index = 0; index < gaps.length; index += 1) this.repeated -= gaps.to[index]! - gaps.from[index]! + 1;
    }
    this.#leave(stream);
    this.#base[stream] = this.#resumeBase[stream]!;
    this.#highest[stream] = sequence;
    return streamAnswer.resumed;
  }

  /** What is missing of this incarnation is lost; what comes next shows whether another begins. */
  #leave(stream: number): void {
    this.#settle(stream);
    this.#hasEnded[stream] = 0;
    this.#resumeAt[stream] = NaN;
    const highest = this.#highest[stream]!;
    if (Number.isNaN(highest)) return;
    this.#highest[stream] = NaN;
    if (highest > this.#base[stream]!) this.#before[stream] = highest;
    // One of which nothing was seen was none.
    else if (this.#before[stream]! >= 0) this.restarts -= 1;
  }

  #open(stream: number, from: number, to: number, kind: number): void {
    const gaps = (this.#gaps[stream] ??= new GapList());
    if (this.#openGaps >= this.#mostGaps) this.#giveUp(stream, gaps);
    const isMarked = Object.is(this.#corruptAt[stream], from - 1);
    gaps.open(from, to, this.nowMs, this.phase, kind, isMarked ? this.#corrupt[stream]! : 0);
    this.#openGaps += 1;
  }

  #giveUp(stream: number, gaps: GapList): void {
    if (gaps.length === 0) return;
    this.givenUp += this.#lose(stream, gaps, 0);
    gaps.remove(0);
    this.#openGaps -= 1;
  }

  #settle(stream: number): void {
    const gaps = this.#gaps[stream] ?? null;
    if (gaps !== null && gaps.length > 0) {
      for (let index = 0; index < gaps.length; index += 1) this.#lose(stream, gaps, index);
      this.#openGaps -= gaps.length;
      gaps.clear();
    }
    this.overtold += this.#told[stream]!;
    this.#told[stream] = 0;
  }

  /**
   * Gives the number of sequences that are settled with run `index`. Those that the target gave up are taken to be the first
   * ones, but for what is known to have come broken.
   */
  #lose(stream: number, gaps: GapList, index: number): number {
    const count = gaps.to[index]! - gaps.from[index]! + 1;
    const corrupt = gaps.corrupt[index]!;
    const [phase, openedMs] = [gaps.phase[index]!, gaps.openedMs[index]!];
    this.gaps += 1;
    if (count > this.longestGap) this.longestGap = count;
    if (corrupt > 0) this.#onLost("corrupt", phase, openedMs, corrupt, stream);
    const refused = Math.min(this.#told[stream]!, count - corrupt);
    if (refused > 0) {
      this.#told[stream]! -= refused;
      this.#onLost("refused", phase, openedMs, refused, stream);
    }
    const kind = gaps.kind[index] === gapKind.away ? "closed" : "missing";
    const missing = count - corrupt - refused;
    if (missing > 0) this.#onLost(kind, phase, openedMs, missing, stream);
    this.lostOf[stream]! += count - refused;
    return count;
  }
}
