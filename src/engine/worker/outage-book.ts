import { HistogramWriter } from "../../measure/histogram-writer.ts";
import { counter, type PhaseCells } from "../../measure/worker-cells.ts";
import type { Herd } from "../collected-resilience.ts";
import { HerdWatch } from "./herd-watch.ts";
import type { LoadConnection } from "./load-connection.ts";
import { wholeMicroseconds } from "./message-recorder.ts";

/** A return is brief when it is over within so much time. */
const briefMs = 1000;

/** Counts ready connections that end while they are wanted, and how long each takes to be ready again. */
export class OutageBook {
  readonly #phases: readonly PhaseCells[];
  readonly #recovery: readonly HistogramWriter[];
  readonly #herds = new HerdWatch();

  constructor(phases: readonly PhaseCells[]) {
    this.#phases = phases;
    this.#recovery = phases.map(({ recovery }) => new HistogramWriter(recovery));
  }

  /** `ready`: connections that are ready still. */
  lost(connection: LoadConnection, phase: number, nowMs: number, ready: number, isOnPurpose: boolean): void {
    const { counts } = this.#phases[phase]!;
    counts[counter.outages]! += 1;
    if (isOnPurpose) counts[counter.outagesOnPurpose]! += 1;
    if (!isOnPurpose && connection.backSinceMs !== null && nowMs - connection.backSinceMs < briefMs) {
      this.#phases[connection.awayPhase]!.counts[counter.returnedBriefly]! += 1;
    }
    connection.backSinceMs = null;
    connection.awaySinceMs = nowMs;
    connection.awayPhase = phase;
    this.#herds.lost(connection.local, nowMs, ready + 1 + this.#herds.recentlyLost);
  }

  /** The connection is ready; where it had been lost, it is back. */
  ready(connection: LoadConnection, nowMs: number): void {
    if (connection.awaySinceMs === null) return;
    this.#phases[connection.awayPhase]!.counts[counter.returned]! += 1;
    this.#recovery[connection.awayPhase]!.record(wholeMicroseconds(nowMs - connection.awaySinceMs));
    this.#herds.returned(connection.local, nowMs);
    connection.awaySinceMs = null;
    connection.backSinceMs = nowMs;
  }

  herds(originMs: number): readonly Herd[] {
    return this.#herds.herds(originMs);
  }
}
