import { DeliveryLedger, ringLengthFor } from "../../measure/delivery-ledger.ts";
import { IntervalRecorder } from "../../measure/interval-recorder.ts";
import { CellTally, noTally, type ConnectionTally } from "../../measure/connection-tally.ts";
import { control, counter, healthCell, stopRequest, type WorkerCells } from "../../measure/worker-cells.ts";
import { firstPhaseOf, loadMsOf } from "../../plan/phase-times.ts";
import { reopens, type Load, type Plan, type Segment } from "../../plan/plan.ts";
import { publishersOf } from "../../plan/rooms.ts";
import { slowConnections } from "../../plan/slow-readers.ts";
import { ownedConnections } from "../../plan/split-plan.ts";
import { deriveSeed, Xoshiro } from "../../random/xoshiro.ts";
import type { OpenTransport } from "../../transport/open-transport.ts";
import { capacityOf, viewCellsFor } from "../worker-memory.ts";
import type { ShareTask, WorkerCommand, WorkerEvent, WorkerLink } from "../worker-messages.ts";
import { makeBroadcastSides, type BroadcastSides } from "./broadcast-sides.ts";
import { ConnectionSet } from "./connection-set.ts";
import { Disturber } from "./disturber.ts";
import { DrainWatch } from "./drain-watch.ts";
import { EchoReceiver } from "./echo-receiver.ts";
import { HealthMonitor } from "./health-monitor.ts";
import type { JobReceiver } from "./job-receiver.ts";
import { makeJobReceiver } from "./job-sides.ts";
import type { MessageRecorder } from "./message-recorder.ts";
import { makeCodec, makeRecorder, mixOf } from "./message-sides.ts";
import { OutageBook } from "./outage-book.ts";
import type { Receiver } from "./receiver.ts";
import { SendLoop } from "./send-loop.ts";
import { StreamReceiver } from "./stream-receiver.ts";
import { NoteBook } from "./worker-notes.ts";

/** The parts of the outside world that a test replaces. */
export interface ShareSurroundings {
  readonly nowMs: () => number;
  /** Makes the opener once the plan is known; one per worker, so that transports can share buffers. */
  readonly makeOpener: (plan: Plan, onWrite: () => void) => OpenTransport;
  /** Closed when the share has ended without an error. */
  readonly link: WorkerLink;
}

/** One worker's share of a run, from the first connection to the last close. Resolves when no socket or timer is left. */
export async function runShare(task: ShareTask, surroundings: ShareSurroundings): Promise<void> {
  const share = new Share(task, surroundings);
  await share.run();
}

class Share {
  readonly #plan: Plan;
  readonly #link: WorkerLink;
  readonly #cells: WorkerCells;
  readonly #nowMs: () => number;
  readonly #notes: NoteBook;
  readonly #ledger: DeliveryLedger;
  readonly #intervals: IntervalRecorder;
  readonly #recorder: MessageRecorder;
  readonly #broadcast: BroadcastSides | null;
  readonly #receiver: Receiver;
  readonly #connections: ConnectionSet;
  readonly #sender: SendLoop;
  readonly #disturber: Disturber;
  /** Null in every mode but push. */
  readonly #streams: StreamReceiver | null;
  /** Null in every mode but queue. */
  readonly #jobs: JobReceiver | null;
  readonly #health: HealthMonitor;
  readonly #drain: DrainWatch;
  readonly #workerIndex: number;
  #isLoading = false;
  #segment = 0;
  #healthTimer: NodeJS.Timeout | undefined;
  #streamTimer: NodeJS.Timeout | undefined;
  #whenFinished: (() => void) | null = null;
  #whenFailed: ((error: unknown) => void) | null = null;

  constructor(task: ShareTask, surroundings: ShareSurroundings) {
    const { plan, workerIndex } = task;
    const phases = plan.segments.flatMap((segment) => segment.phases);
    this.#plan = plan;
    this.#link = surroundings.link;
    this.#workerIndex = workerIndex;
    this.#nowMs = surroundings.nowMs;
    this.#cells = viewCellsFor(plan, workerIndex, task.cells);
    const tally = tallyOf(this.#cells, phases);
    this.#notes = new NoteBook(phases.length, task.runStartMs);
    this.#intervals = new IntervalRecorder(this.#cells);
    const capacity = capacityOf(plan, workerIndex);
    const ringLength = Math.max(...plan.segments.map((segment) => ringLengthOf(segment, capacity)));
    this.#ledger = new DeliveryLedger(capacity, plan.mode === "echo" ? ringLength : 1, (...loss) =>
      this.#recorder.recordLostMessage(...loss),
    );
    this.#broadcast = makeBroadcastSides(task);
    const mix = mixOf(plan);
    this.#recorder = makeRecorder(task, mix, {
      cells: this.#cells,
      ledger: this.#ledger,
      intervals: this.#intervals,
      openConnections: () => this.#connections.ready,
      tally,
    });
    if (this.#broadcast !== null) this.#recorder.enterInto(this.#broadcast.publisher);
    const codec = makeCodec(plan, mix);
    const [recorder, notes, nowMs] = [this.#recorder, this.#notes, this.#nowMs];
    this.#streams =
      plan.stream === null
        ? null
        : new StreamReceiver({
            plan: plan.stream,
            phases: this.#cells.phases,
            classes: this.#cells.classes,
            measured: phases.map(({ measured }) => measured),
            capacity,
            recorder,
            tally,
            nowMs,
            isSlow: slowOnesOf(plan, workerIndex, capacity),
          });
    this.#jobs = makeJobReceiver(task, { codec, recorder, tally, cells: this.#cells, capacity });
    this.#receiver =
      this.#streams ??
      this.#jobs ??
      this.#broadcast?.makeReceiver({ codec, recorder, tally, notes, connections: capacity, nowMs }) ??
      new EchoReceiver(codec, recorder, notes);
    const outages = new OutageBook(this.#cells.phases);
    this.#connections = new ConnectionSet({
      outages,
      plan: plan.connect,
      workers: plan.workers,
      workerIndex,
      capacity,
      rooms: plan.broadcast?.rooms ?? null,
      codec,
      recorder,
      tally,
      receiver: this.#receiver,
      notes: this.#notes,
      random: new Xoshiro(deriveSeed(plan.seed, 1, workerIndex)),
      openTransport: surroundings.makeOpener(plan, this.#recorder.countWrite),
      nowMs: this.#nowMs,
      control: this.#cells.control,
    });
    this.#streams?.attach(this.#connections.connections);
    this.#jobs?.attach(this.#connections.connections);
    this.#sender = new SendLoop({
      connections: this.#connections,
      recorder: this.#recorder,
      pacing: plan.pacing,
      seed: plan.seed,
      workers: plan.workers,
      workerIndex,
      maxBufferedBytes: plan.limits.maxBufferedBytes,
      bufferMessages: plan.connect.reconnect?.bufferMessages ?? null,
      expectsAnswers: plan.mode === "echo" || plan.mode === "queue",
      nowMs: this.#nowMs,
    });
    this.#connections.attachSender(this.#sender);
    this.#disturber = new Disturber({
      plan: plan.connect.disturb,
      workers: plan.workers,
      workerIndex,
      connections: this.#connections,
      nowMs: this.#nowMs,
    });
    if (reopens(plan.connect)) {
      this.#notes.readResilience = () => ({
        herds: outages.herds(task.runStartMs),
        bufferHighWater: this.#sender.bufferHighWater,
        breaker: this.#connections.breakerRecord(task.runStartMs),
      });
    }
    this.#health = new HealthMonitor(this.#cells.health, plan.pacing.mode === "precise", this.#nowMs);
    this.#drain = new DrainWatch({
      nowMs: this.#nowMs,
      bytesReceived: () => this.#bytesReceived(),
      isSettled: () => (plan.mode === "oneway" ? this.#buffered() === 0 : !this.#receiver.hasOutstanding()),
      ended: () => this.#drained(),
    });
  }

  async run(): Promise<void> {
    const finished = new Promise<void>((resolve, reject) => {
      this.#whenFinished = resolve;
      this.#whenFailed = reject;
    });
    this.#link.onCommand((command) => this.#obey(command));
    this.#tell({ kind: "started" });
    const everySecond = setInterval(() => this.#publish(), 1000);
    await finished;
    await this.#connections.closeAll();
    clearInterval(everySecond);
    this.#drain.stop();
    this.#health.stop();
    this.#tellNotes();
    this.#link.close();
  }

  #obey(command: WorkerCommand): void {
    switch (command.kind) {
      case "connect":
        this.#do(this.#connect(command.segment));
        return;
      case "startLoad":
        this.#do(this.#load(command.segment, command.atMs, command.firstInterval));
        return;
      case "drain":
        this.#drain.start(command.untilMs);
        return;
      case "lookAtStop":
        this.#lookAtStop();
        return;
      case "finish":
        this.#do(this.#finish());
        return;
    }
  }

  /** A bug in obeying ends the share with its stack, so that the main thread can tell it. */
  #do(obeying: Promise<void>): void {
    obeying.catch((error: unknown) => this.#whenFailed?.(error));
  }

  async #connect(segmentIndex: number): Promise<void> {
    // By now every worker has drained what was sent before.
    this.#broadcast?.publisher.giveUpIncomplete();
    const segment = this.#plan.segments[segmentIndex]!;
    this.#segment = segmentIndex;
    this.#recorder.expectPhase(firstPhaseOf(this.#plan, segmentIndex));
    const wanted = ownedConnections(segment.connections, this.#workerIndex, this.#plan.workers);
    this.#health.connectingStarted();
    await this.#connections.openUpTo(wanted);
    this.#health.connectingEnded();
    await this.#jobs?.askBefore();
    this.#tellNotes();
    this.#tell({ kind: "connected", ready: this.#connections.ready, wanted });
  }

  async #load(segmentIndex: number, atMs: number, firstInterval: number): Promise<void> {
    if (this.#cells.control[control.stop] !== stopRequest.none) {
      // The order to stop overtook the order to start.
      this.#tell({ kind: "loadEnded", endedMs: atMs });
      return;
    }
    const segment = this.#plan.segments[segmentIndex]!;
    this.#intervals.startSegment(atMs, loadMsOf(segment.phases), firstInterval);
    this.#watchHealth(segment, atMs);
    this.#startStreams(segment, atMs);
    this.#isLoading = true;
    const firstPhase = firstPhaseOf(this.#plan, segmentIndex);
    this.#disturber.loadStarts(atMs, ownedConnections(segment.connections, this.#workerIndex, this.#plan.workers));
    const endedMs = await this.#sender.run(segment.phases, firstPhase, sendersOf(this.#plan, segment), atMs);
    this.#disturber.loadEnded();
    this.#isLoading = false;
    clearTimeout(this.#streamTimer);
    this.#streams?.loadEnded(endedMs);
    clearTimeout(this.#healthTimer);
    this.#health.loadEnded();
    this.#tell({ kind: "loadEnded", endedMs });
  }

  /** A warm-up is there to be slow in: health counts from the first measured phase on. */
  #watchHealth(segment: Segment, atMs: number): void {
    const measured = segment.phases.find((phase) => phase.measured) ?? segment.phases[0]!;
    const waitMs = Math.max(0, atMs + measured.startMs - this.#nowMs());
    this.#healthTimer = setTimeout(() => this.#health.loadStarted(), waitMs);
  }

  /** Streams are asked for as their load begins, so that what they send belongs to it. */
  #startStreams(segment: Segment, atMs: number): void {
    const streams = this.#streams;
    if (streams === null) return;
    const load = {
      streams: ownedConnections(segment.connections, this.#workerIndex, this.#plan.workers),
      measuredFromMs: atMs + (segment.phases.find(({ measured }) => measured)?.startMs ?? Infinity),
      endMs: atMs + loadMsOf(segment.phases),
      slowFromMs: atMs + (segment.phases.filter(({ measured }) => measured)[1]?.startMs ?? Infinity),
    };
    const begin = (): void => {
      this.#recorder.advance(this.#nowMs());
      streams.loadStarted(load);
    };
    this.#streamTimer = setTimeout(begin, Math.max(0, Math.ceil(atMs - this.#nowMs())));
  }

  #drained(): void {
    const outstanding = this.#ledger.outstanding;
    if (this.#plan.mode === "oneway") this.#countAccepted();
    this.#health.drained();
    this.#settle();
    this.#cells.health[healthCell.ledgerGivenUp] = this.#receiver.givenUp;
    this.#tellNotes();
    this.#tell({ kind: "drained", outstanding });
  }

  /** What has not come is lost. */
  #settle(): void {
    this.#connections.settleSessions();
    this.#receiver.settle();
    if (this.#streams !== null) this.#notes.streams = this.#streams.tallies();
    if (this.#jobs !== null) this.#notes.queue = this.#jobs.tallies();
  }

  /** oneway: what the kernel took is what was sent less what still lies in our buffers. */
  #countAccepted(): void {
    const first = firstPhaseOf(this.#plan, this.#segment);
    const count = this.#plan.segments[this.#segment]!.phases.length;
    let held = this.#buffered();
    for (let phase = first + count - 1; phase >= first; phase -= 1) {
      const counts = this.#cells.phases[phase]!.counts;
      const heldHere = Math.min(held, counts[counter.bytesSent]!);
      counts[counter.bytesAccepted] = counts[counter.bytesSent]! - heldHere;
      held -= heldHere;
    }
  }

  #buffered(): number {
    let bytes = 0;
    for (const connection of this.#connections.connections) bytes += connection.transport?.bufferedBytes ?? 0;
    return bytes;
  }

  #bytesReceived(): number {
    let bytes = 0;
    for (const phase of this.#cells.phases) bytes += phase.counts[counter.bytesReceived]!;
    return bytes;
  }

  #lookAtStop(): void {
    if (this.#cells.control[control.stop] === stopRequest.none) return;
    this.#connections.stopOpening();
    this.#sender.stop();
  }

  async #finish(): Promise<void> {
    this.#sender.stop();
    this.#disturber.loadEnded();
    this.#drain.stop();
    clearTimeout(this.#healthTimer);
    clearTimeout(this.#streamTimer);
    this.#settle();
    this.#broadcast?.publisher.giveUpIncomplete();
    if (this.#jobs !== null) {
      // By now every worker has drained: what the target tells is of all jobs.
      await this.#jobs.askAfter();
      this.#notes.queue = this.#jobs.tallies();
    }
    this.#whenFinished?.();
    this.#whenFinished = null;
  }

  #publish(): void {
    if (this.#isLoading) this.#health.publish();
    this.#receiver.everySecond(this.#nowMs());
    // A breaker closes, and what waited is sent, without anything to note.
    if (this.#notes.changed || this.#intervals.hasToTell || reopens(this.#plan.connect)) this.#tellNotes();
  }

  #tellNotes(): void {
    this.#notes.changed = false;
    this.#tell({ kind: "notes", notes: this.#notes.notes(this.#intervals.takeTold()) });
  }

  #tell(event: WorkerEvent): void {
    this.#link.tell(event);
  }
}

function tallyOf({ connections }: WorkerCells, phases: readonly { readonly measured: boolean }[]): ConnectionTally {
  if (connections === null) return noTally;
  return new CellTally(
    connections,
    phases.map(({ measured }) => measured),
  );
}

/** By the local numbers of a worker's connections: 1 for one that is to read slowly. */
function slowOnesOf({ stream, segments, seed, workers }: Plan, worker: number, capacity: number): Uint8Array {
  const isSlow = new Uint8Array(capacity);
  if (stream?.slow == null) return isSlow;
  const slow = slowConnections(stream.slow, segments[0]!.connections, seed);
  return isSlow.map((_, local) => (slow.has(local * workers + worker) ? 1 : 0));
}

/** How many connections send: the first ones. */
function sendersOf({ broadcast }: Plan, { connections }: Segment): number {
  return broadcast === null ? connections : publishersOf(broadcast);
}

function ringLengthOf(segment: Segment, capacity: number): number {
  const loads = segment.phases.map((phase) => phase.load);
  const ratePerConnection = Math.max(0, ...loads.map(highestRate)) / Math.max(1, segment.connections);
  const inFlight = Math.max(0, ...loads.map((load) => (load.kind === "max" ? load.inFlight : 0)));
  return ringLengthFor(capacity, ratePerConnection, inFlight);
}

function highestRate(load: Load): number {
  switch (load.kind) {
    case "constant":
      return load.ratePerSecond;
    case "ramp":
      return Math.max(load.fromPerSecond, load.toPerSecond);
    case "burst":
      return Math.max(load.size, (load.size * 1000) / load.everyMs);
    case "max":
    case "idle":
      return 0;
  }
}
