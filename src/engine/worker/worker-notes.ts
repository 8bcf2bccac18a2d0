import { failureCode, type Failure } from "../../errors/failure.ts";
import type { SecondsTold } from "../../measure/interval-recorder.ts";
import type { FailureCount } from "../collected.ts";
import type { FaultyReceivers } from "../collected-connections.ts";
import type { CollectedQueue } from "../collected-queue.ts";
import type { CollectedStreams } from "../collected-streams.ts";
import type { LifetimeSum, WorkerNotes, WorkerResilience } from "../worker-messages.ts";

const longestExample = 200;

/** Gathers what happens rarely: failures, close codes, the first frame that was not ours. */
export class NoteBook {
  /** Set by any change; cleared by whoever sent the notes. */
  changed = false;
  firstForeignFrame: string | null = null;
  compressionAgreed = true;
  streams: CollectedStreams | null = null;
  queue: CollectedQueue | null = null;
  /** Asked whenever notes are told. */
  readResilience: () => WorkerResilience | null = () => null;
  #faultyReceivers: FaultyReceivers | null = null;
  readonly #errors: Record<string, number>[];
  readonly #closeCodes: Record<string, number>[];
  readonly #lifetimes: LifetimeSum[];
  readonly #failures = new Map<string, FailureCount>();
  readonly #runStartMs: number;

  constructor(phaseCount: number, runStartMs: number) {
    this.#errors = Array.from({ length: phaseCount }, () => ({}));
    this.#closeCodes = Array.from({ length: phaseCount }, () => ({}));
    this.#lifetimes = Array.from({ length: phaseCount }, () => ({ count: 0, sum: 0, min: Infinity, max: 0 }));
    this.#runStartMs = runStartMs;
  }

  noteFailure(failure: Failure, phase: number, nowMs: number): void {
    const code = failureCode(failure);
    const errors = this.#errors[phase]!;
    errors[code] = (errors[code] ?? 0) + 1;
    const atMs = nowMs - this.#runStartMs;
    const known = this.#failures.get(code);
    this.#failures.set(code, {
      code,
      phase: failure.phase,
      kind: failure.kind,
      blame: failure.blame,
      count: (known?.count ?? 0) + 1,
      firstMs: known?.firstMs ?? atMs,
      lastMs: atMs,
      example: known?.example ?? failure.example.slice(0, longestExample),
    });
    this.changed = true;
  }

  noteClose(closeCode: number, phase: number, lifetimeMs: number): void {
    const codes = this.#closeCodes[phase]!;
    codes[closeCode] = (codes[closeCode] ?? 0) + 1;
    const known = this.#lifetimes[phase]!;
    this.#lifetimes[phase] = {
      count: known.count + 1,
      sum: known.sum + lifetimeMs,
      min: Math.min(known.min, lifetimeMs),
      max: Math.max(known.max, lifetimeMs),
    };
    this.changed = true;
  }

  noteForeignFrame(bytes: Buffer, start: number, end: number, isText: boolean): void {
    if (this.firstForeignFrame !== null) return;
    const part = bytes.subarray(start, Math.min(end, start + longestExample));
    this.firstForeignFrame = isText ? part.toString("utf8") : `binary ${part.toString("hex")}`.slice(0, longestExample);
    this.changed = true;
  }

  noteFaultyReceivers(receivers: FaultyReceivers): void {
    this.#faultyReceivers = receivers;
    this.changed = true;
  }

  notes({ lost, late }: SecondsTold): WorkerNotes {
    return {
      errorsByPhase: this.#errors,
      closeCodesByPhase: this.#closeCodes,
      lifetimesByPhase: this.#lifetimes,
      failures: [...this.#failures.values()],
      firstForeignFrame: this.firstForeignFrame,
      compressionAgreed: this.compressionAgreed,
      faultyReceivers: this.#faultyReceivers,
      lost,
      late,
      streams: this.streams,
      resilience: this.readResilience(),
      queue: this.queue,
    };
  }
}
