import type { Collected, RunEnd } from "../engine/collected.ts";
import type { CollectedInterval } from "../engine/collected-interval.ts";
import { exitCode } from "../errors/exit-code.ts";
import { sendsMessages, type Plan } from "../plan/plan.ts";
import { withSteadiness } from "./add-steadiness.ts";
import { roomName } from "../plan/rooms.ts";
import { blockOfParts, partsOfPhase, sumOfParts, type BlockParts } from "./build-block.ts";
import { buildBackpressure } from "./build-backpressure.ts";
import { buildClasses } from "./build-classes.ts";
import { buildConnections } from "./build-connections.ts";
import { buildGenerator, judgePhase } from "./build-generator.ts";
import { buildMemory } from "./build-memory.ts";
import { withScalability } from "./build-scalability.ts";
import { assertIdentities } from "./check-identities.ts";
import { buildQueue } from "./build-queue.ts";
import { buildResilience } from "./build-resilience.ts";
import { buildShutdown } from "./build-shutdown.ts";
import { buildStreams } from "./build-streams.ts";
import { deliveryFromBooks } from "./delivery-from-books.ts";
import { hideSecrets, hideSecretsInText, hideSecretsInUrl } from "./hide-secrets.ts";
import { resultSchemaName } from "./result-schema-name.ts";
import type {
  ResultBackpressure,
  ResultClass,
  ResultEnvironment,
  ResultInterval,
  ResultPhase,
  ResultTarget,
  ResultThreshold,
  ResultTool,
  ResultVerdict,
  RunResult,
} from "./run-result.ts";
import { withScaling } from "./scaling-efficiency.ts";
import { intervalLatencyOf, intervalSlipOf } from "./times-of-histogram.ts";
import { findWarnings } from "./warnings.ts";

/** All that a result is made of. */
export interface ResultInput {
  readonly plan: Plan;
  /** A live one may be given each second while the run is going on. */
  readonly collected: Collected;
  /** What flags, profile and environment came to; saved with its secrets hidden. */
  readonly settings: unknown;
  readonly environment: ResultEnvironment;
  readonly tool: ResultTool;
  readonly targetKind: ResultTarget["kind"];
  /** Whether thresholds are held against values or their intervals; saved likewise. @default "point" */
  readonly gate?: RunResult["config"]["gate"];
  /** Whether unresolved thresholds fail; saved, for whoever judges the result again. @default false */
  readonly strict?: boolean;
  /** Empty until they have been evaluated. */
  readonly thresholds?: readonly ResultThreshold[];
  /** What is known without thresholds when left out: how the run ended. */
  readonly verdict?: ResultVerdict;
  /**
   * False leaves `hdr` null everywhere: for the live view. Percentiles of such a result are still to be had from
   * `percentileOfTimes`, as long as it was not cloned or saved. @default true
   */
  readonly includeEncodedHistograms?: boolean;
  /** True takes counts that do not add up, so that what a bug has spoiled can still be saved. @default false */
  readonly isUnchecked?: boolean;
}

/** The record of a run, complete or so far. Throws when its counts do not add up: a bug, never the user's fault. */
export function buildResult(input: ResultInput): RunResult {
  const { plan, collected } = input;
  const encode = input.includeEncodedHistograms ?? true;
  const { parts, fromBooks } = deliveredParts(plan, collected);
  const measured = parts.filter((_, i) => collected.phases[i]!.plan.measured);
  const phases = buildPhases(plan, collected, parts, encode);
  const sum = sumOfParts(measured, parts);
  const generator = buildGenerator(collected, phases, plan.runId);
  const unwarned: Omit<RunResult, "warnings"> = {
    schema: resultSchemaName,
    id: plan.runId,
    title: plan.title,
    tags: plan.tags,
    startedAt: new Date(collected.startedAtEpochMs).toISOString(),
    durationMs: collected.durationMs,
    end: endOf(collected.end),
    tool: input.tool,
    environment: input.environment,
    config: configOf(input),
    target: {
      kind: input.targetKind,
      url: hideSecretsInUrl(plan.connect.url),
      description: hideSecretsInText(collected.target.description),
      books: collected.target.mockBooks,
      ...booksByPhaseOf(collected),
      deliveredFromBooks: fromBooks,
      compressionAgreed: plan.connect.compress ? collected.compressionAgreed : null,
      firstForeignFrame: collected.firstForeignFrame,
    },
    phases,
    totals: blockOfParts(sum, encode),
    ...(collected.end.kind !== "running" && withScalability(phases, plan)),
    ...withClasses(buildClasses(plan, collected, encode)),
    ...withBackpressure(buildBackpressure(plan, collected, generator, encode)),
    ...(plan.stream !== null &&
      collected.streams !== null && {
        streams: buildStreams(plan.stream, collected, collected.streams, encode),
      }),
    ...resilienceOf(plan, collected, encode),
    ...(plan.queue !== null &&
      collected.queue !== null && { queue: buildQueue(plan.queue, collected, collected.queue, encode) }),
    ...connectionFiguresOf(plan, collected),
    ...shutdownOf(collected),
    intervals: collected.intervals.map((interval) => intervalOf(interval, encode)),
    memory: buildMemory(collected),
    generator,
    ...faultyReceiversOf(collected, plan),
    failures: collected.failures.map((failure) => ({ ...failure, example: hideSecretsInText(failure.example) })),
    thresholds: input.thresholds ?? [],
    verdict: input.verdict ?? verdictOfEnd(collected.end),
  };
  const whole = encode ? withSteadiness(unwarned) : unwarned;
  const { templatePrefix, templateSuffix } = plan.message;
  const facts = {
    hasTemplate: templatePrefix + templateSuffix !== "",
    plannedPhases: phasesOf(plan).map((phase) => phase.name),
  };
  const result: RunResult = { ...whole, warnings: findWarnings(whole, facts) };
  if (input.isUnchecked !== true) assertIdentities(result);
  return result;
}

function withClasses(classes: readonly ResultClass[]): Pick<RunResult, "classes"> {
  return classes.length === 0 ? {} : { classes };
}

function withBackpressure(backpressure: ResultBackpressure | undefined): Pick<RunResult, "backpressure"> {
  return backpressure === undefined ? {} : { backpressure };
}

/** The verdict of a run without any gate: how it ended decides. */
export function verdictOfEnd(end: RunEnd): ResultVerdict {
  switch (end.kind) {
    case "running":
    case "completed":
    case "aborted":
      return { outcome: "pass", exitCode: exitCode.ok, reasons: [] };
    case "interrupted":
      return {
        outcome: "interrupted",
        exitCode: end.signal === "SIGINT" ? exitCode.interrupted : exitCode.terminated,
        reasons: [`interrupted by ${end.signal}: this is a part of the run`],
      };
    case "failed":
      return { outcome: "failed", exitCode: exitCode.runFailed, reasons: [end.reason] };
  }
}

function deliveredParts(
  plan: Plan,
  collected: Collected,
): { readonly parts: readonly BlockParts[]; readonly fromBooks: boolean } {
  const parts = collected.phases.map((phase) => partsOfPhase(phase, plan));
  // While the run goes on the books are ahead of or behind the counters; they are read once, at the end.
  if (plan.mode !== "oneway" || collected.end.kind === "running") return { parts, fromBooks: false };
  const known = deliveryFromBooks(parts, collected.target.mockBooks, plan.connect.firstMessages.length);
  return { parts: known ?? parts, fromBooks: known !== null };
}

function buildPhases(
  plan: Plan,
  collected: Collected,
  parts: readonly BlockParts[],
  encode: boolean,
): readonly ResultPhase[] {
  const planned = phasesOf(plan);
  const phases = collected.phases.map((phase, i): ResultPhase => {
    const judged = judgePhase(parts[i]!);
    return {
      name: phase.plan.name,
      measured: phase.plan.measured,
      segment: planned[i]?.segment ?? 0,
      startMs: phase.startMs,
      endMs: phase.endMs,
      generatorHealth: judged.health,
      generatorReasons: judged.reasons,
      ...blockOfParts(parts[i]!, encode),
    };
  });
  return withScaling(phases, plan.scaling);
}

function phasesOf(plan: Plan): readonly { readonly name: string; readonly segment: number }[] {
  return plan.segments.flatMap(({ phases }, segment) => phases.map(({ name }) => ({ name, segment })));
}

function configOf({ plan, settings, strict = false, gate = "point" }: ResultInput): RunResult["config"] {
  const kinds = new Set(plan.segments.flatMap(({ phases }) => phases.map(({ load }) => load.kind)));
  kinds.delete("idle");
  const closed = kinds.has("max");
  return {
    profile: plan.profile,
    mode: plan.mode,
    model:
      !sendsMessages(plan.mode) || kinds.size === 0 ? "none" : !closed ? "open" : kinds.size === 1 ? "closed" : "mixed",
    seed: plan.seed,
    runId: plan.runId,
    scaling: plan.scaling,
    gate,
    ...(plan.broadcast !== null && { broadcast: plan.broadcast }),
    strict,
    settings: withoutSecrets(settings) ?? null,
    plan: withoutSecrets(plan),
  };
}

function resilienceOf({ connect }: Plan, collected: Collected, encode: boolean): Pick<RunResult, "resilience"> {
  const resilience = buildResilience(connect, collected, encode);
  return resilience === undefined ? {} : { resilience };
}

function connectionFiguresOf(plan: Plan, { connections }: Collected): Pick<RunResult, "connectionFigures"> {
  const connectionFigures = buildConnections(plan, connections);
  return connectionFigures === undefined ? {} : { connectionFigures };
}

function shutdownOf(collected: Collected): Pick<RunResult, "shutdown"> {
  const shutdown = buildShutdown(collected);
  return shutdown === undefined ? {} : { shutdown };
}

function booksByPhaseOf({ target, phases }: Collected): Pick<ResultTarget, "booksByPhase"> {
  const { booksByPhase = [] } = target;
  if (booksByPhase.length === 0) return {};
  return {
    booksByPhase: booksByPhase.flatMap(({ phase, changes }) => {
      const name = phases[phase]?.plan.name;
      return name === undefined ? [] : [{ phase: name, changes }];
    }),
  };
}

function faultyReceiversOf({ faultyReceivers }: Collected, { broadcast }: Plan): Pick<RunResult, "faultyReceivers"> {
  if (faultyReceivers === null || broadcast === null) return {};
  const { count, worst } = faultyReceivers;
  const named = worst.map((receiver) => ({ ...receiver, room: roomName(receiver.room, broadcast.rooms) }));
  return { faultyReceivers: { count, worst: named } };
}

/** A live view asks each second for the same plan and settings, which do not change. */
const hiddenCopies = new WeakMap<object, unknown>();

function withoutSecrets(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return hideSecrets(value);
  if (!hiddenCopies.has(value)) hiddenCopies.set(value, hideSecrets(value));
  return hiddenCopies.get(value);
}

function intervalOf(interval: CollectedInterval, encode: boolean): ResultInterval {
  const { tMs, lengthMs, segment, sent, delivered, lost, generatorRssBytes, targetRssBytes, lagUs } = interval;
  const latencyUs = intervalLatencyOf(interval.latencyUs, encode);
  const slipUs = intervalSlipOf(interval.slipUs, encode);
  return {
    ...{ tMs, lengthMs, segment, sent, delivered, lost, latencyUs, slipUs, generatorRssBytes, targetRssBytes, lagUs },
    ...(interval.deliveredExtremes !== null && { deliveredExtremes: interval.deliveredExtremes }),
  };
}

function endOf(end: RunEnd): RunResult["end"] {
  switch (end.kind) {
    case "running":
    case "completed":
      return { kind: end.kind, reason: null };
    case "interrupted":
      return { kind: end.kind, reason: end.signal };
    case "aborted":
    case "failed":
      return { kind: end.kind, reason: hideSecretsInText(end.reason) };
  }
}
