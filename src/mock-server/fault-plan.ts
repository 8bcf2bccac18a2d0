import { crc32 } from "../random/crc32.ts";
import type { JobFaults } from "./job-queue.ts";
import type { MockLatency, MockOptions } from "./mock-options.ts";

/** What befalls one message. At most one of these; `none` for a plain answer. */
export type MessageFault = "none" | "disconnect" | "drop" | "corrupt" | "duplicate" | "reorder";

/** Independent random streams; each draw of a message comes from its own. */
const stream = {
  disconnect: 1,
  drop: 2,
  corrupt: 3,
  duplicate: 4,
  reorder: 5,
  latency: 6,
  latencySecond: 7,
  place: 8,
  refuse: 9,
  loseJob: 10,
  overtakeJob: 11,
  runCancelled: 12,
  miscountJob: 13,
  jobTime: 14,
  jobTimeSecond: 15,
  sessionToken: 16,
  refuseSession: 17,
  forgetAnswers: 18,
  repeatAnswers: 19,
} as const;

/**
 * Which faults happen, as a pure function of the seed, the number of the connection and the number of the message in it
 * (both from 1). Nothing is remembered and no clock is read: the same seed gives the same faults whatever the timing.
 *
 * Each share is drawn independently, and of those that hit the first in this order happens alone: disconnect, drop,
 * corrupt, duplicate, reorder. So every message has one fate, and the counts of a client can equal the books exactly.
 */
export class FaultPlan implements JobFaults {
  /** True when every message is simply answered at once: no fault, no latency, no stall, no leak, no limit of rate, no session. */
  readonly isQuiet: boolean;
  readonly #options: MockOptions;
  readonly #hasShares: boolean;

  constructor(options: MockOptions) {
    this.#options = options;
    this.#hasShares =
      options.disconnectRatio > 0 ||
      options.dropRatio > 0 ||
      options.corruptRatio > 0 ||
      options.duplicateRatio > 0 ||
      options.reorderRatio > 0;
    this.isQuiet =
      !this.#hasShares &&
      options.latency.kind === "none" &&
      options.stall === null &&
      options.leakBytesPerMessage === 0 &&
      options.maxRatePerSecond === null &&
      options.sessions === null &&
      options.disconnectAfterMessages === null;
  }

  /** True when connection attempt `attempt` (from 1) is turned away. */
  refuses(attempt: number): boolean {
    return this.#hits(this.#options.refuseRatio, attempt, 0, stream.refuse);
  }

  /** The fate of message `message` of connection `connection`. */
  messageFault(connection: number, message: number): MessageFault {
    if (!this.#hasShares) return "none";
    const options = this.#options;
    if (this.#hits(options.disconnectRatio, connection, message, stream.disconnect)) return "disconnect";
    if (this.#hits(options.dropRatio, connection, message, stream.drop)) return "drop";
    if (this.#hits(options.corruptRatio, connection, message, stream.corrupt)) return "corrupt";
    if (this.#hits(options.duplicateRatio, connection, message, stream.duplicate)) return "duplicate";
    if (this.#hits(options.reorderRatio, connection, message, stream.reorder)) return "reorder";
    return "none";
  }

  /** True when the connection is cut once message number `message` has been dealt with. */
  cutsAfter(message: number): boolean {
    const limit = this.#options.disconnectAfterMessages;
    return limit !== null && message >= limit;
  }

  /** Time between receipt and answer of this message, milliseconds, 0 or more. */
  latencyMs(connection: number, message: number): number {
    return this.#drawTime(this.#options.latency, connection, message, stream.latency, stream.latencySecond);
  }

  losesJob(key: string, number: number): boolean {
    return this.#hitsJob(this.#options.queueLoseRatio, key, number, stream.loseJob);
  }

  overtakesJob(key: string, number: number): boolean {
    return this.#hitsJob(this.#options.queueOvertakeRatio, key, number, stream.overtakeJob);
  }

  runsCancelled(key: string, number: number): boolean {
    return this.#hitsJob(this.#options.queueRunCancelledRatio, key, number, stream.runCancelled);
  }

  miscountsJob(key: string, number: number): boolean {
    return this.#hitsJob(this.#options.queueMiscountRatio, key, number, stream.miscountJob);
  }

  /** How long a worker (from 0) takes for a job, milliseconds. */
  jobTimeMs(worker: number, key: string, number: number): number {
    const time = this.#options.queueWorkers?.[worker] ?? this.#options.queueTime;
    return this.#drawTime(time, placeOfKey(key), number, stream.jobTime, stream.jobTimeSecond);
  }

  /** The name of the session that begins with connection `connection`. */
  sessionToken(connection: number): string {
    const bits = draw(this.#options.seed, connection, 0, stream.sessionToken);
    return `${connection}-${bits.toString(16).padStart(8, "0")}`;
  }

  /** What befalls wish number `wish` (from 1) to resume a session. */
  refusesSession(wish: number): boolean {
    return this.#hits(this.#options.sessions?.refuseRatio ?? 0, wish, 0, stream.refuseSession);
  }

  forgetsAnswers(wish: number): boolean {
    return this.#hits(this.#options.sessions?.forgetRatio ?? 0, wish, 0, stream.forgetAnswers);
  }

  repeatsAnswers(wish: number): boolean {
    return this.#hits(this.#options.sessions?.repeatRatio ?? 0, wish, 0, stream.repeatAnswers);
  }

  /** 32 random bits for the place and the kind of a corruption of this message. */
  corruptionBits(connection: number, message: number): number {
    return draw(this.#options.seed, connection, message, stream.place);
  }

  #drawTime(time: MockLatency, place: number, number: number, first: number, second: number): number {
    if (time.kind === "none") return 0;
    if (time.kind === "fixed") return time.ms;
    const { seed } = this.#options;
    return latencyFrom(time, standardNormal(draw(seed, place, number, first), draw(seed, place, number, second)));
  }

  /** By key and number, so that it does not matter how jobs of several keys come between each other. */
  #hitsJob(ratio: number, key: string, number: number, which: number): boolean {
    return ratio > 0 && this.#hits(ratio, placeOfKey(key), number, which);
  }

  #hits(ratio: number, connection: number, message: number, which: number): boolean {
    return ratio > 0 && draw(this.#options.seed, connection, message, which) < ratio * 2 ** 32;
  }
}

/** Time from `elapsedMs` (since the start of the server) to the end of the stall it lies in; 0 when it lies in none. */
export function stallRemainderMs(stall: MockOptions["stall"], elapsedMs: number): number {
  if (stall === null || elapsedMs < stall.everyMs) return 0;
  return Math.max(0, stall.durationMs - (elapsedMs % stall.everyMs));
}

/** Stalls that have begun in the first `elapsedMs` milliseconds of the server. */
export function stallsBegun(stall: MockOptions["stall"], elapsedMs: number): number {
  return stall === null ? 0 : Math.max(0, Math.floor(elapsedMs / stall.everyMs));
}

function placeOfKey(key: string): number {
  return crc32(Buffer.from(key));
}

function latencyFrom(latency: Extract<MockLatency, { kind: "normal" | "lognormal" }>, z: number): number {
  if (latency.kind === "normal") return Math.max(0, latency.meanMs + latency.stdevMs * z);
  return latency.medianMs * Math.exp(latency.sigma * z);
}

/** Box-Muller: two uniform 32-bit numbers give one standard normal one. The half keeps the logarithm away from 0. */
function standardNormal(first: number, second: number): number {
  const u = (first + 0.5) / 2 ** 32;
  const v = second / 2 ** 32;
  return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v);
}

/**
 * 32 random bits for one place in (seed, connection, message, stream): a counter-based generator, so that no draw depends
 * on how many came before it. Each coordinate passes once through the finalizer of MurmurHash3.
 */
function draw(seed: number, connection: number, message: number, which: number): number {
  let bits = mix(seed ^ 0x9e3779b9);
  bits = mix((bits + Math.imul(connection, 0x85ebca6b)) | 0);
  bits = mix((bits + Math.imul(message | 0, 0xc2b2ae35) + Math.floor(message / 2 ** 32)) | 0);
  return mix((bits + Math.imul(which, 0x27d4eb2f)) | 0) >>> 0;
}

function mix(value: number): number {
  let bits = value;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}
