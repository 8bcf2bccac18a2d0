import { HistogramWriter } from "../../measure/histogram-writer.ts";
import { counter, type PhaseCells } from "../../measure/worker-cells.ts";
import { wholeMicroseconds, type MessageRecorder } from "./message-recorder.ts";

interface ClassPhase {
  readonly counts: Float64Array;
  readonly latency: HistogramWriter;
  readonly service: HistogramWriter;
  readonly ownSlip: HistogramWriter;
  readonly blockedSlip: HistogramWriter;
}

/** Counts messages by their class beside the recorder of all, in the same phases. Allocates nothing per message. */
export class ClassRecorder {
  readonly #classes: readonly (readonly ClassPhase[])[];
  readonly #recorder: MessageRecorder;

  /** `cells`: by class, then by phase. */
  constructor(cells: readonly (readonly PhaseCells[])[], recorder: MessageRecorder) {
    this.#recorder = recorder;
    this.#classes = cells.map((phases) =>
      phases.map((phase) => ({
        counts: phase.counts,
        latency: new HistogramWriter(phase.latency),
        service: new HistogramWriter(phase.service),
        ownSlip: new HistogramWriter(phase.ownSlip),
        blockedSlip: new HistogramWriter(phase.blockedSlip),
      })),
    );
  }

  /** A message of ours. Only of one that is sent is it known of which class it is, so no more are offered. */
  recordSent(ofClass: number, phase: number, bytes: number): void {
    const { counts } = this.#classes[ofClass]![phase]!;
    counts[counter.offered]! += 1;
    counts[counter.sent]! += 1;
    counts[counter.bytesSent]! += bytes;
    if (this.#recorder.isInWindow) counts[counter.sentInWindow]! += 1;
  }

  /** How late a message of the schedule left. */
  recordSlip(ofClass: number, phase: number, slipMs: number, wasBlocked: boolean): void {
    const { ownSlip, blockedSlip } = this.#classes[ofClass]![phase]!;
    (wasBlocked ? blockedSlip : ownSlip).record(wholeMicroseconds(slipMs));
  }

  /** The first copy of a message of ours, so long after it was due and after it left. */
  recordAnswer(ofClass: number, phase: number, latencyMs: number, serviceMs: number, bytes: number): void {
    this.recordPushed(ofClass, phase, 1, bytes);
    const { counts, latency, service } = this.#classes[ofClass]![phase]!;
    const serviceUs = wholeMicroseconds(serviceMs);
    if (serviceUs < 0) {
      counts[counter.clockErrors]! += 1;
      return;
    }
    service.record(serviceUs);
    latency.record(wholeMicroseconds(latencyMs));
  }

  /** First copies of messages of `phase`. */
  recordPushed(ofClass: number, phase: number, messages: number, bytes: number): void {
    const { counts } = this.#classes[ofClass]![phase]!;
    counts[counter.delivered]! += messages;
    counts[counter.bytesReceived]! += bytes;
    if (this.#recorder.isInWindow) counts[counter.deliveredInWindow]! += messages;
    else if (this.#recorder.isOver) counts[counter.late]! += messages;
  }

  /** `which` is one of `counter`. */
  count(ofClass: number, phase: number, which: number, times = 1): void {
    this.#classes[ofClass]![phase]!.counts[which]! += times;
  }

  /** The time from the target's stamp to receipt. */
  recordOneWay(ofClass: number, phase: number, latencyMs: number): void {
    const { counts, latency } = this.#classes[ofClass]![phase]!;
    const latencyUs = wholeMicroseconds(latencyMs);
    if (latencyUs < 0) counts[counter.clockErrors]! += 1;
    else latency.record(latencyUs);
  }
}
