import type { ConnectionTally } from "../../measure/connection-tally.ts";
import { HistogramWriter } from "../../measure/histogram-writer.ts";
import { restartRun, streamAnswer, StreamLedger, type StreamLossListener } from "../../measure/stream-ledger.ts";
import { StreamPace } from "../../measure/stream-pace.ts";
import { counter, type PhaseCells } from "../../measure/worker-cells.ts";
import type { StreamPlan } from "../../plan/plan.ts";
import { isAscii } from "../../wire/byte-search.ts";
import { checkFound, MessageCheck } from "../../wire/message-check.ts";
import { makeNumberField, tooLarge, type NumberField } from "../../wire/number-field.ts";
import type { CollectedStreams, FaultyStream } from "../collected-streams.ts";
import type { LoadConnection } from "./load-connection.ts";
import { worstStreams } from "./faulty-streams.ts";
import type { MessageRecorder } from "./message-recorder.ts";
import { plainMessage } from "../../transport/plain-message.ts";
import type { Receiver } from "./receiver.ts";
import { SlowReaders } from "./slow-readers.ts";
import { makeStampReader, type StampReader } from "./stamp-reader.ts";
import { StreamLanes } from "./stream-lanes.ts";
import { StreamRecorder } from "./stream-recorder.ts";

/** What is done with what comes. */
const stage = {
  /** The load has not begun: only where each stream is matters. */
  before: 0,
  counting: 1,
  /** The streams were asked to stop, and what they still send belongs to the load. */
  stopping: 2,
  /** The load is over, and the streams go on: only what was missing is still waited for. */
  over: 3,
} as const;
type Stage = (typeof stage)[keyof typeof stage];

export interface StreamReceiverParts {
  readonly plan: StreamPlan;
  readonly phases: readonly PhaseCells[];
  /** By class of messages, then by phase; empty where they have none. */
  readonly classes?: readonly (readonly PhaseCells[])[];
  /** By phase: whether its load counts. */
  readonly measured: readonly boolean[];
  readonly capacity: number;
  /** By stream: 1 for one that is to read slowly. @default none does */
  readonly isSlow?: Uint8Array;
  readonly recorder: MessageRecorder;
  /** @default none */
  readonly tally?: ConnectionTally;
  readonly nowMs: () => number;
}

/** The load of a segment on the monotonic clock. */
export interface StreamLoad {
  /** Streams of this worker in it. */
  readonly streams: number;
  readonly measuredFromMs: number;
  readonly endMs: number;
  /** When slow readers begin to be slow. @default never */
  readonly slowFromMs?: number;
}

/** Mode push: each connection is one stream, followed by the numbers that its target gives its messages. */
export class StreamReceiver implements Receiver {
  readonly #plan: StreamPlan;
  readonly #recorder: MessageRecorder;
  readonly #streamRecorder: StreamRecorder;
  readonly #measured: readonly boolean[];
  readonly #lanes: StreamLanes;
  readonly #isSlow: Uint8Array;
  readonly #slow: SlowReaders | null;
  readonly #noticed: StampReader | null;
  /** By stream: when its target noticed that it does not read, on the monotonic clock; NaN when that was not told. */
  readonly #noticedMs: Float64Array;
  readonly #ledger: StreamLedger;
  readonly #pace: StreamPace;
  readonly #nowMs: () => number;
  readonly #interArrival: readonly HistogramWriter[];
  readonly #sequence: NumberField;
  readonly #end: NumberField | null;
  readonly #check: MessageCheck | null;
  readonly #stamp: StampReader | null;
  #connections: readonly LoadConnection[] = [];
  #stage: Stage = stage.before;
  /** Planned. */
  #endMs = Infinity;
  #outside = 0;
  #repeated = 0;
  /** Messages whose number is too large to be followed. */
  #tooLarge = 0;
  #endsTold = 0;
  // Of the read at hand: first copies, and all messages, whatever they were.
  #arrived = 0;
  #readBytes = 0;
  #readMessages = 0;

  constructor(parts: StreamReceiverParts) {
    const { plan, recorder, capacity } = parts;
    this.#plan = plan;
    this.#recorder = recorder;
    this.#measured = parts.measured;
    this.#nowMs = parts.nowMs;
    this.#lanes = new StreamLanes(plan.priority);
    this.#ledger = new StreamLedger(capacity * this.#lanes.perStream, plan.first, this.#countLost);
    this.#isSlow = parts.isSlow ?? new Uint8Array(capacity);
    this.#streamRecorder = new StreamRecorder({
      ...{ recorder, classes: parts.classes ?? [], classesOfStream: this.#lanes.classes, isSlow: this.#isSlow },
      ...(parts.tally !== undefined && { tally: parts.tally }),
    });
    this.#slow = plan.slow === null ? null : new SlowReaders(plan.slow.reading, this.#isSlow, parts.nowMs);
    this.#noticedMs = new Float64Array(capacity).fill(NaN);
    this.#pace = new StreamPace(capacity);
    this.#interArrival = parts.phases.map((cells) => new HistogramWriter(cells.interArrival));
    this.#sequence = makeNumberField(plan.sequence);
    this.#end = plan.end === null ? null : makeNumberField(plan.end);
    this.#check = plan.check === null ? null : new MessageCheck(plan.check.before, plan.check.after);
    const { oneWay } = plan;
    const noticed = plan.slow?.noticed ?? null;
    this.#stamp = oneWay.kind === "measured" ? makeStampReader(oneWay) : null;
    this.#noticed =
      oneWay.kind === "measured" && noticed !== null ? makeStampReader({ ...oneWay, sent: noticed }) : null;
  }

  /** The connections of the worker, by their local number; before any of them opens. */
  attach(connections: readonly LoadConnection[]): void {
    this.#connections = connections;
    this.#slow?.attach(connections);
  }

  take(connection: LoadConnection, view: DataView, start: number, end: number): boolean {
    // What waits for its ready sign, and text that may be no UTF-8, takes the longer way.
    if (connection.state === "waiting" || !isAscii(view, start, end)) return false;
    return this.#takeMessage(connection, view, start, end);
  }

  receive(connection: LoadConnection, bytes: Buffer, start: number, end: number): boolean {
    const view = new DataView(bytes.buffer, bytes.byteOffset + start, end - start);
    if (this.#takeMessage(connection, view, 0, end - start)) return true;
    if (this.#takeAnyEnd(connection, view, end - start)) return true;
    // Damage may have been done to the very place of the number.
    if (this.#check?.test(view, 0, end - start) !== checkFound.broken) {
      if (this.#sequence.read(view, 0, end - start) === tooLarge) this.#tooLarge += 1;
      return false;
    }
    this.#takeCorrupt(connection, -1, end - start);
    return true;
  }

  readEnded(connection: LoadConnection): void {
    this.#slow?.read(connection, this.#readBytes, this.#readMessages);
    this.#readBytes = 0;
    this.#readMessages = 0;
    if (this.#arrived === 0) return;
    const phase = this.#recorder.eventPhase;
    this.#streamRecorder.readEnded(connection.local, phase, connection.readInstant());
    this.#recordPace(connection, phase);
    this.#arrived = 0;
  }

  becameReady(connection: LoadConnection): void {
    this.#slow?.opened(connection);
    if (this.#stage === stage.counting) this.#subscribe(connection);
  }

  ended(connection: LoadConnection): void {
    this.#forEachLane(connection, (lane) => this.#ledger.connectionEnded(lane));
  }

  closing(): void {
    // Its stream was settled by the end of the drain before.
  }

  everySecond(): void {
    // Nothing grows old here.
  }

  /** The load begins now, at an instant of the first phase. */
  loadStarted(load: StreamLoad): void {
    this.#stage = stage.counting;
    this.#endMs = load.endMs;
    const { slowFromMs = Infinity } = load;
    this.#pace.begin(load.streams, load.measuredFromMs, load.endMs, slowFromMs);
    if (slowFromMs < load.endMs) this.#slow?.begin(slowFromMs);
    for (const connection of this.#connections) {
      this.#forEachLane(connection, (lane) => this.#ledger.startCounting(lane));
      if (connection.state === "ready") this.#subscribe(connection);
    }
  }

  /** The load has ended; late copies, and what was under way when the streams were stopped, may still come. */
  loadEnded(endMs: number): void {
    if (this.#stage !== stage.counting) return;
    this.#endMs = Infinity;
    this.#pace.end(endMs);
    this.#slow?.end();
    this.#stage = this.#plan.stop === null ? stage.over : stage.stopping;
    if (this.#plan.stop === null) return;
    for (const connection of this.#connections) {
      if (connection.state === "ready" && !this.#hasEnded(connection)) say(connection, this.#plan.stop);
    }
  }

  /** False when nothing is waited for any more, but for further copies. */
  hasOutstanding(): boolean {
    if (this.#ledger.openGaps > 0 && !this.#tellsEnds) return true;
    if (this.#stage !== stage.stopping || !this.#tellsEnds) return false;
    return this.#connections.some((connection) => connection.state === "ready" && !this.#hasEnded(connection));
  }

  /** What is missing is lost; between two loads streams are only followed. */
  settle(): void {
    this.#ledger.finish();
    this.#stage = stage.before;
  }

  get givenUp(): number {
    return this.#ledger.givenUp;
  }

  tallies(): CollectedStreams {
    const wanted = this.#connections.filter(({ local }) => this.#pace.windowMs[local]! > 0);
    const of = (column: Float64Array): readonly number[] => wanted.map(({ local }) => column[local]!);
    return {
      streams: wanted.map(({ global }) => global),
      seen: of(this.#pace.seen),
      windowMs: of(this.#pace.windowMs),
      longestSilenceMs: of(this.#pace.longestSilenceMs),
      slow:
        this.#slow === null
          ? null
          : {
              isSlow: wanted.map(({ local }) => this.#isSlow[local] === 1),
              seenBefore: of(this.#pace.seenBefore),
              windowBeforeMs: of(this.#pace.windowBeforeMs),
              noticedAfterMs: wanted.map(({ local }) => this.#noticedAfterMs(local)),
            },
      gaps: this.#ledger.gaps,
      longestGap: this.#ledger.longestGap,
      restarts: this.#ledger.restarts,
      repeated: this.#repeated,
      tooLarge: this.#tooLarge,
      outside: this.#outside,
      endsTold: this.#endsTold,
      overtold: this.#ledger.overtold,
      faulty: this.#faultyStreams(),
    };
  }

  /** Of a stream that paused: how long it took the target to notice; what it noticed before was something else. */
  #noticedAfterMs(stream: number): number | null {
    const afterMs = this.#noticedMs[stream]! - (this.#slow?.firstPausedMs[stream] ?? NaN);
    return afterMs >= 0 ? afterMs : null;
  }

  get #tellsEnds(): boolean {
    return this.#end !== null || (this.#plan.priority?.ends.length ?? 0) > 0;
  }

  /** A target that tells of one class tells of all. */
  #hasEnded({ local }: LoadConnection): boolean {
    return this.#ledger.hasEnded(this.#lanes.laneOf(local, 0));
  }

  #forEachLane({ local }: LoadConnection, act: (lane: number) => void): void {
    for (let ofClass = 0; ofClass < this.#lanes.perStream; ofClass += 1) act(this.#lanes.laneOf(local, ofClass));
  }

  /** Where messages were lost: the most important class first, of it the stream that lost most. */
  #faultyStreams(): readonly FaultyStream[] {
    const lanes = Array.from(this.#ledger.lostOf, (lost, lane) => ({ lost, lane })).filter(({ lost }) => lost > 0);
    const faulty = lanes.map(({ lost, lane }) => ({
      stream: this.#connections[this.#lanes.streamOfLane(lane)]!.global,
      priority: this.#plan.priority?.isNumbered === true ? this.#lanes.classOfLane(lane) : null,
      lost,
    }));
    return worstStreams(faulty);
  }

  #takeMessage(connection: LoadConnection, view: DataView, start: number, end: number): boolean {
    const sequence = this.#sequence.read(view, start, end);
    if (sequence < 0) return false;
    this.#readBytes += end - start;
    this.#readMessages += 1;
    const priority = this.#lanes.classOf(view, start, end);
    const ofClass = priority < 0 ? -1 : this.#streamRecorder.classOf(connection.local, priority);
    const check = this.#check;
    if (check !== null && check.test(view, start, end) !== checkFound.holds) {
      this.#takeCorrupt(connection, priority, end - start);
      return true;
    }
    if (ofClass < 0) return false;
    const lane = this.#lanes.laneOf(connection.local, priority);
    const nowMs = connection.readInstant();
    const ledger = this.#ledger;
    // A load that nobody is asked to stop ends at its planned end, whenever that is noticed.
    if (nowMs >= this.#endMs && this.#plan.stop === null) this.loadEnded(this.#endMs);
    if (this.#stage === stage.before) {
      ledger.follow(lane, sequence);
      this.#outside += 1;
      return true;
    }
    if (this.#stage === stage.over && !(sequence <= ledger.highestOf(lane))) {
      this.#outside += 1;
      return true;
    }
    const phase = this.#recorder.eventPhase;
    ledger.phase = phase;
    ledger.nowMs = nowMs;
    const answer = ledger.take(lane, sequence);
    if (answer > 0) {
      this.#arrived += 1;
      this.#streamRecorder.recordNew(ofClass, phase, end - start, answer);
    } else if (!this.#takeOld(connection.local, ofClass, answer, end - start)) return true;
    if (this.#stamp === null) return true;
    const latencyMs = this.#stamp.latencyMs(view, start, end, nowMs);
    if (Number.isNaN(latencyMs)) return true;
    const ofPhase = answer > 0 ? phase : ledger.filledPhase;
    this.#streamRecorder.recordOneWay(connection.local, ofClass, ofPhase, latencyMs, nowMs);
    return true;
  }

  /** A message at or below the highest seen; true when it is a first copy. */
  #takeOld(local: number, ofClass: number, answer: number, bytes: number): boolean {
    const { eventPhase } = this.#recorder;
    const recorder = this.#streamRecorder;
    const { nowMs } = this.#ledger;
    switch (answer) {
      case streamAnswer.filled: {
        const { filledPhase } = this.#ledger;
        this.#arrived += 1;
        recorder.recordPushed(local, ofClass, filledPhase, 1, bytes, nowMs);
        recorder.countReordered(local, ofClass, filledPhase);
        return true;
      }
      case streamAnswer.restarted: {
        // Those before were taken for old ones.
        if (this.#ledger.wasOutside) this.#outside -= restartRun - 1;
        else recorder.countDuplicated(local, ofClass, eventPhase, 1 - restartRun);
        this.#arrived += restartRun;
        this.#ledger.filledPhase = eventPhase;
        recorder.count(ofClass, eventPhase, counter.expected, restartRun);
        recorder.recordPushed(local, ofClass, eventPhase, restartRun, bytes, nowMs);
        return true;
      }
      case streamAnswer.resumed: {
        // They were taken for a beginning, and stay counted as one: their times cannot be given back.
        const { repeated } = this.#ledger;
        this.#repeated += repeated;
        recorder.countDuplicated(local, ofClass, eventPhase, repeated);
        this.#arrived += 1;
        this.#ledger.filledPhase = eventPhase;
        recorder.count(ofClass, eventPhase, counter.expected);
        recorder.recordPushed(local, ofClass, eventPhase, 1, bytes, nowMs);
        return true;
      }
      case streamAnswer.outside:
        this.#outside += 1;
        return false;
      default:
        recorder.countDuplicated(local, ofClass, eventPhase, 1);
        recorder.count(ofClass, eventPhase, counter.bytesReceived, bytes);
        return false;
    }
  }

  readonly #countLost: StreamLossListener = (kind, phase, openedMs, count, lane) => {
    const stream = this.#lanes.streamOfLane(lane);
    const ofClass = this.#streamRecorder.classOf(stream, this.#lanes.classOfLane(lane));
    this.#streamRecorder.recordMissing(stream, ofClass, kind, phase, openedMs, count);
  };

  /** `priority` -1 where even that cannot be read. */
  #takeCorrupt(connection: LoadConnection, priority: number, bytes: number): void {
    if (this.#stage === stage.before || this.#stage === stage.over) {
      this.#outside += 1;
      return;
    }
    connection.readInstant();
    const { eventPhase } = this.#recorder;
    if (priority >= 0 || this.#lanes.classes === 1) {
      const known = Math.max(0, priority);
      const ofClass = this.#streamRecorder.classOf(connection.local, known);
      this.#streamRecorder.count(ofClass, eventPhase, counter.corrupted);
      this.#streamRecorder.count(ofClass, eventPhase, counter.bytesReceived, bytes);
      this.#ledger.markCorrupt(this.#lanes.laneOf(connection.local, known));
      return;
    }
    // Of which class it was nobody can tell; its number will be missing in one of them.
    this.#recorder.count(eventPhase, counter.corrupted);
    this.#recorder.count(eventPhase, counter.bytesReceived, bytes);
  }

  /** Takes a message that says that its stream is over, and how far it came; false when it says nothing of that. */
  #takeAnyEnd({ local }: LoadConnection, view: DataView, length: number): boolean {
    const lanes = this.#lanes;
    const last = lanes.perStream > 1 ? -1 : (this.#end?.read(view, 0, length) ?? -1);
    if (last < 0 && !lanes.readEnds(view, 0, length)) return false;
    if (this.#stage === stage.before || this.#stage === stage.over) return true;
    this.#ledger.phase = this.#recorder.eventPhase;
    this.#ledger.nowMs = this.#nowMs();
    this.#endsTold += 1;
    this.#noteNoticed(local, view, length);
    if (last >= 0) this.#takeEnd(local, this.#streamRecorder.classOf(local, 0), last);
    else {
      for (let priority = 0; priority < lanes.perStream; priority += 1) {
        const lane = lanes.laneOf(local, priority);
        this.#takeEnd(lane, this.#streamRecorder.classOf(local, priority), lanes.last[priority]!);
        this.#ledger.tellGivenUp(lane, lanes.givenUp[priority]!);
      }
    }
    return true;
  }

  #noteNoticed(local: number, view: DataView, length: number): void {
    const nowMs = this.#nowMs();
    const agoMs = this.#noticed?.latencyMs(view, 0, length, nowMs) ?? NaN;
    if (!Number.isNaN(agoMs)) this.#noticedMs[local] = nowMs - agoMs;
  }

  /** The lane is over: what is missing up to its last message has been sent, and is not on its way any more. */
  #takeEnd(lane: number, ofClass: number, last: number): void {
    this.#streamRecorder.count(ofClass, this.#recorder.eventPhase, counter.expected, this.#ledger.end(lane, last));
  }

  /** Messages of one read became visible together: between them lies no time. */
  #recordPace(connection: LoadConnection, phase: number): void {
    if (this.#stage !== stage.counting || this.#measured[phase] !== true) return;
    const passedMs = this.#pace.arrived(connection.local, connection.readInstant(), this.#arrived);
    const writer = this.#interArrival[phase]!;
    if (this.#arrived > 1) writer.recordMany(0, this.#arrived - 1);
    if (passedMs >= 0) writer.record(Math.round(passedMs * 1000));
  }

  #subscribe(connection: LoadConnection): void {
    if (this.#plan.subscribe === null) return;
    say(connection, this.#plan.subscribe);
    this.#forEachLane(connection, (lane) => this.#ledger.subscribed(lane));
  }
}

function say({ transport }: LoadConnection, text: string): void {
  if (transport === null) return;
  transport.beginBurst();
  transport.writeMessage(plainMessage(text));
  transport.endBurst();
}
