import { usageError } from "../errors/floodgate-error.ts";
import type { Host } from "../host/host.ts";
import { sendsMessages } from "../plan/plan.ts";
import { formatDurationMs } from "../units/time.ts";
import { makeRunRequest } from "./make-run-request.ts";
import type { RunRequest, RunWords } from "./run-request.ts";
import { varyRequest } from "./vary-request.ts";

/** What is raised until the conditions do not hold any more. */
export type CapacityOver = "rate" | "connections";

/** `floodgate capacity` as it was written, its flags already read one by one. */
export interface CapacityWords {
  /** The settings that all trials share. */
  readonly run: RunWords;
  /** `--until`, in order. */
  readonly until: readonly string[];
  readonly over: CapacityOver;
  /** In messages per second or connections; null for the default. */
  readonly start: number | null;
  readonly max: number | null;
  /** Null when it was not given. */
  readonly perConnection: number | null;
  readonly trialMs: number;
  readonly finalMs: number;
  readonly settleMs: number;
  readonly width: number;
  readonly loss: number;
}

/** Everything `floodgate capacity` was asked for, checked and resolved; nothing was sent yet. */
export interface CapacityRequest {
  /** Its own load is never run: each trial has one of its own (trialRequest). */
  readonly run: RunRequest;
  readonly until: readonly string[];
  readonly over: CapacityOver;
  /** Loads in messages per second or connections. */
  readonly start: number;
  /** Nobody chose the start: it may be a higher one where a condition needs more samples. */
  readonly isDefaultStart: boolean;
  readonly ceiling: number;
  /** Over connections: messages per second that each sends; null over rates, and in modes that send none. */
  readonly perConnectionPerSecond: number | null;
  readonly searchMs: number;
  readonly finalMs: number;
  /** Between two trials. */
  readonly settleMs: number;
  readonly widthRatio: number;
  readonly lossRatio: number;
}

const defaultStart = { rate: 1000, connections: 10 } as const;
const defaultCeiling = { rate: 1e7, connections: 1e6 } as const;
const defaultPerConnection = 1;

/** Checks that the words can be held together, and resolves the settings. Throws usage errors; nothing has been sent. */
export function makeCapacityRequest(words: CapacityWords, host: Host): CapacityRequest {
  const { over } = words;
  refuseContradictions(words);
  const run = makeRunRequest(words.run, host);
  refuseUnsuitable(run, words);
  const ceiling = words.max ?? defaultCeiling[over];
  const start = words.start ?? Math.min(defaultStart[over], ceiling);
  if (start > ceiling) throw usageError(`--start ${start} lies above --max ${ceiling}`, "start lower, or raise --max");
  const sends = over === "connections" && sendsMessages(run.plan.mode);
  return {
    run,
    until: words.until,
    over,
    start,
    isDefaultStart: words.start === null,
    ceiling,
    perConnectionPerSecond: sends ? (words.perConnection ?? defaultPerConnection) : null,
    searchMs: words.trialMs,
    finalMs: words.finalMs,
    settleMs: words.settleMs,
    widthRatio: words.width,
    lossRatio: words.loss,
  };
}

/** The run that tries a load. Throws a usage error when this machine cannot make so much of it. */
export function trialRequest(request: CapacityRequest, load: number, kind: "search" | "final", host: Host): RunRequest {
  const durationMs = kind === "final" ? request.finalMs : request.searchMs;
  if (request.over === "rate") return varyRequest(request.run, { ratePerSecond: load, durationMs }, host);
  // Where nothing is sent, the rate is named only to take the place of stages, which have their own durations.
  const hasStages = request.run.settings.stages !== undefined;
  const rate = request.perConnectionPerSecond ?? (hasStages ? 1 : null);
  const ratePerSecond = rate === null ? {} : { ratePerSecond: rate * load };
  return varyRequest(request.run, { connections: load, durationMs, ...ratePerSecond }, host);
}

function refuseContradictions({ over, until, trialMs, finalMs, width, loss, perConnection, run }: CapacityWords): void {
  if (until.length === 0) {
    throw usageError(
      "capacity needs a condition that a load has to hold",
      "add --until 'latency.p99<50ms', for example",
    );
  }
  if (trialMs > finalMs) {
    throw usageError(
      `--trial ${formatDurationMs(trialMs)} is longer than --final ${formatDurationMs(finalMs)}`,
      "the final trials make sure of what the short ones found: give them more time",
    );
  }
  if (width <= 0 || width >= 1) throw usageError(`--width ${width} leaves nothing to search`, "write 5%, for example");
  if (loss >= 1) throw usageError("--loss 100% would let every message be lost", "write 0.1%, for example");
  if (over === "rate" && perConnection !== null) {
    throw usageError("--per-connection needs --over connections", "add it, or leave --per-connection out");
  }
  if (over === "connections" && run.flags.texts.connections !== undefined) {
    throw usageError(
      "--connections does not fit --over connections: their number is what is looked for",
      "give where to begin with --start",
    );
  }
}

function refuseUnsuitable({ plan }: RunRequest, { over, perConnection }: CapacityWords): void {
  const { mode } = plan;
  if (mode === "oneway") {
    throw usageError("capacity needs answers, and mode oneway expects none", "take --mode echo");
  }
  if (!sendsMessages(mode) && over === "rate") {
    throw usageError(`mode ${mode} sends no messages, so there is no rate to raise`, "add --over connections");
  }
  if (!sendsMessages(mode) && perConnection !== null) {
    throw usageError(`--per-connection does not fit: mode ${mode} sends no messages`, "leave it out");
  }
  if (plan.segments.some(({ phases }) => phases.some(({ maxMessages }) => maxMessages !== null))) {
    throw usageError(
      `profile ${plan.profile} caps its messages, which would end trials early`,
      "take a profile without messages, or flags alone",
    );
  }
}
