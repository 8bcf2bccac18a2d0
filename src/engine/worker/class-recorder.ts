import { HistogramWriter } from "../../measure/histogram-writer.ts";
import { counter, type PhaseCells } from "../../measure/worker-cells.ts";
import { wholeMicroseconds, type MessageRecorder } from "./message-recorder.ts";

interface ClassPhase {
  readonly counts: Float64Array;
  readonly latency: HistogramWriter;
}

/** Counts messages by their class beside the recorder of all, in the same phases. Allocates nothing per message. */
export class ClassRecorder {
  readonly #classes: readonly (readonly ClassPhase[])[];
  readonly #recorder: MessageRecorder;

  /** `cells`: by class, then by phase. */
  constructor(cells: readonly (readonly PhaseCells[])[], recorder: MessageRecorder) {
    this.#recorder = recorder;
    this.#classes = cells.map((phases) =>
      phases.map(({ counts, latency }) => ({ counts, latency: new HistogramWriter(latency) })),
    );
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
