import { createHash } from "node:crypto";
import { exitCode } from "../errors/exit-code.ts";
import { withSteadiness } from "./add-steadiness.ts";
import { addBackpressure } from "./add-backpressure.ts";
import { addParallel, partsOfBlock } from "./add-blocks.ts";
import { addIntervals } from "./add-intervals.ts";
import { blockOfParts, sumOfCounts, sumOfParts, type BlockParts } from "./build-block.ts";
import { addClasses } from "./build-classes.ts";
import { addQueues } from "./build-queue.ts";
import { addResilience } from "./build-resilience.ts";
import { addShutdowns } from "./build-shutdown.ts";
import { addStreams } from "./build-streams.ts";
import { cpuPerMillionMessages, worstLag, worstOf, worstStalls, writesOf } from "./build-generator.ts";
import { withScalability } from "./build-scalability.ts";
import { assertIdentities } from "./check-identities.ts";
import { phasesOfSavedPlan, templateOfSavedPlan } from "./read-saved-plan.ts";
import { resultSchemaName } from "./result-schema-name.ts";
import type {
  ResultFailure,
  ResultGenerator,
  ResultPhase,
  ResultTool,
  ResultVerdict,
  RunResult,
} from "./run-result.ts";
import { withScaling } from "./scaling-efficiency.ts";
import { findWarnings } from "./warnings.ts";

type MergedFrom = NonNullable<RunResult["mergedFrom"]>;

/**
 * One result from those of several generators that ran the same plan at the same time: counts and histograms are added,
 * percentiles and rates computed anew from the sums, never averaged. In any order and grouping the counts, histograms and
 * id are the same. Thresholds are left out: they are to be evaluated again, strictly when one of the runs was. Throws when a histogram cannot be read;
 * whether the results belong together is checked in commands/merge-results.ts.
 */
export function addResults(results: readonly RunResult[], tool: ResultTool): RunResult {
  const sorted = [...results].sort((a, b) => (a.id < b.id ? -1 : 1));
  const first = sorted[0]!;
  const startedAtEpochMs = Math.min(...sorted.map(startOf));
  const sources = sourcesOf(sorted);
  const id = createHash("sha256")
    .update(sources.map((source) => source.id).join("\n"))
    .digest("base64url")
    .slice(0, 11);
  const { phases, totals } = addPhases(sorted, startedAtEpochMs, first.config.scaling);
  const end = endOfAll(sorted);
  const unwarned: Omit<RunResult, "warnings"> = {
    schema: resultSchemaName,
    id,
    title: joined(sorted.map((result) => result.title)),
    tags: commonTags(sorted),
    startedAt: new Date(startedAtEpochMs).toISOString(),
    durationMs: Math.max(...sorted.map((result) => startOf(result) - startedAtEpochMs + result.durationMs)),
    end,
    tool,
    environment: environmentOf(sources),
    config: {
      ...first.config,
      runId: id,
      profile: joined(sorted.map((result) => result.config.profile)),
      // One that asked for it was promised it.
      gate: sorted.some((result) => result.config.gate === "confident") ? "confident" : "point",
      strict: sorted.some((result) => result.config.strict === true),
    },
    target: targetOf(sorted),
    phases,
    totals,
    ...withScalability(phases, first.config),
    ...withClasses(sorted),
    ...withStreams(sorted),
    ...withBackpressure(sorted),
    ...withResilience(sorted),
    ...withQueue(sorted),
    ...withShutdown(sorted),
    intervals: addIntervals(sorted, startedAtEpochMs),
    memory: memoryOf(sorted, sources),
    generator: addGenerators(sorted),
    failures: addFailures(sorted, startedAtEpochMs),
    thresholds: [],
    verdict: verdictOf(end),
    mergedFrom: sources,
  };
  const facts = {
    hasTemplate: templateOfSavedPlan(first),
    plannedPhases: phasesOfSavedPlan(first).map((phase) => phase.name),
  };
  const whole = withSteadiness(unwarned);
  const result: RunResult = { ...whole, warnings: findWarnings(whole, facts) };
  assertIdentities(result);
  return result;
}

/** Mode push: their streams together; nothing as soon as one does not tell of any. */
function withStreams(results: readonly RunResult[]): Pick<RunResult, "streams"> {
  const streams = addStreams(results.map((result) => result.streams));
  return streams === undefined ? {} : { streams };
}

/** Mode push with slow readers. */
function withBackpressure(results: readonly RunResult[]): Pick<RunResult, "backpressure"> {
  const backpressure = addBackpressure(results);
  return backpressure === undefined ? {} : { backpressure };
}

function withClasses(results: readonly RunResult[]): Pick<RunResult, "classes"> {
  const classes = addClasses(results.map((result) => result.classes));
  return classes === undefined ? {} : { classes };
}

function withResilience(results: readonly RunResult[]): Pick<RunResult, "resilience"> {
  const resilience = addResilience(results.map((result) => result.resilience));
  return resilience === undefined ? {} : { resilience };
}

/** Mode queue: their jobs together; nothing as soon as one does not tell of any. */
function withQueue(results: readonly RunResult[]): Pick<RunResult, "queue"> {
  const queue = addQueues(results.map((result) => result.queue));
  return queue === undefined ? {} : { queue };
}

function withShutdown(results: readonly RunResult[]): Pick<RunResult, "shutdown"> {
  const shutdown = addShutdowns(results.map((result) => result.shutdown));
  return shutdown === undefined ? {} : { shutdown };
}

/** When a result's run began, milliseconds since the epoch. */
export function startOf(result: Pick<RunResult, "startedAt">): number {
  return Date.parse(result.startedAt);
}

/** Ids of the runs in a result: its own, or those it was merged from. */
export function runIdsOf(result: RunResult): readonly string[] {
  return result.mergedFrom?.map((source) => source.id) ?? [result.id];
}

function sourcesOf(results: readonly RunResult[]): MergedFrom {
  const sources = results.flatMap(
    (result): MergedFrom =>
      result.mergedFrom ?? [
        {
          id: result.id,
          title: result.title,
          startedAt: result.startedAt,
          durationMs: result.durationMs,
          environment: result.environment,
          generatorMemory: result.memory.generator,
        },
      ],
  );
  return [...sources].sort((a, b) => (a.id < b.id ? -1 : 1));
}

function addPhases(
  results: readonly RunResult[],
  startedAtEpochMs: number,
  scaling: RunResult["config"]["scaling"],
): Pick<RunResult, "phases" | "totals"> {
  // A generator that was stopped early has reached fewer of them.
  const reached = Math.max(...results.map((result) => result.phases.length));
  const merged = Array.from({ length: reached }, (_, i) => {
    const own = results.flatMap((result) => {
      const phase = result.phases[i];
      return phase === undefined ? [] : [{ phase, shiftMs: startOf(result) - startedAtEpochMs }];
    });
    return { parts: addParallel(own.map(({ phase }) => partsOfBlock(phase))), head: headOf(own) };
  });
  const phases = merged.map(({ parts, head }): ResultPhase => ({ ...head, ...blockOfParts(parts, true) }));
  const all = merged.map(({ parts }) => parts);
  const measured = merged.filter(({ head }) => head.measured).map(({ parts }) => parts);
  return { phases: withScaling(phases, scaling), totals: blockOfParts(sumOfParts(measured, all), true) };
}

type PhaseHead = Omit<ResultPhase, keyof BlockParts | "deliveryRatio" | "rate" | "scalingEfficiency">;

function headOf(own: readonly { readonly phase: ResultPhase; readonly shiftMs: number }[]): PhaseHead {
  const { name, measured, segment } = own[0]!.phase;
  const judged = worstOf(own.map(({ phase }) => ({ health: phase.generatorHealth, reasons: phase.generatorReasons })));
  return {
    name,
    measured,
    segment,
    startMs: Math.min(...own.map(({ phase, shiftMs }) => phase.startMs + shiftMs)),
    endMs: Math.max(...own.map(({ phase, shiftMs }) => phase.endMs + shiftMs)),
    generatorHealth: judged.health,
    generatorReasons: [...new Set(judged.reasons)],
  };
}

function addGenerators(results: readonly RunResult[]): ResultGenerator {
  const all = results.map((result) => result.generator);
  const sum = (read: (generator: ResultGenerator) => number): number =>
    all.reduce((total, each) => total + read(each), 0);
  const largest = (values: readonly (number | null)[]): number | null => {
    const known = values.filter((value) => value !== null);
    return known.length === 0 ? null : Math.max(...known);
  };
  const judged = worstOf(all);
  const cpuSeconds = sum((each) => each.cpuSeconds);
  const stalls = all.flatMap((each) => each.stalls ?? []);
  return {
    health: judged.health,
    reasons: [...new Set(judged.reasons)],
    lagUs: worstLag(all.map((each) => each.lagUs)),
    utilization: largest(all.map((each) => each.utilization)),
    cpuSeconds,
    cpuSecondsPerMillionMessages: cpuPerMillionMessages(
      cpuSeconds,
      results.flatMap(({ phases }) => phases),
    ),
    ...addWrites(all),
    ...(stalls.length > 0 && { stalls: worstStalls(stalls) }),
    starvedRatio: largest(all.map((each) => each.starvedRatio ?? null)),
    throttledRatio: largest(all.map((each) => each.throttledRatio)),
    stealRatio: largest(all.map((each) => each.stealRatio)),
    lostWorkers: all.flatMap((each) => each.lostWorkers),
    ledgerGivenUp: sum((each) => each.ledgerGivenUp),
    missedIntervalSamples: sum((each) => each.missedIntervalSamples),
    ...addMissed(all),
    workers: all
      .flatMap((each) => each.workers)
      .sort((a, b) => (a.runId === b.runId ? a.index - b.index : a.runId < b.runId ? -1 : 1)),
  };
}

/** Not told as soon as one generator, of an earlier version, does not tell. */
function addMissed(all: readonly ResultGenerator[]): Pick<ResultGenerator, "missedIntervalCounts"> {
  const told = all.flatMap(({ missedIntervalCounts }) => missedIntervalCounts ?? []);
  return told.length < all.length
    ? {}
    : { missedIntervalCounts: sumOfCounts({ sent: 0, delivered: 0, lost: 0 }, told) };
}

/** Null as soon as one generator does not tell. */
function addWrites(all: readonly ResultGenerator[]): Pick<ResultGenerator, "writes" | "framesPerWrite"> {
  const told = all.flatMap(({ writes, framesPerWrite }) =>
    writes == null || framesPerWrite == null ? [] : [{ writes, messages: writes * framesPerWrite }],
  );
  return writesOf(told.length < all.length ? [] : told);
}

function addFailures(results: readonly RunResult[], startedAtEpochMs: number): readonly ResultFailure[] {
  const byCode = new Map<string, ResultFailure>();
  for (const result of results) {
    const shiftMs = startOf(result) - startedAtEpochMs;
    for (const own of result.failures) {
      const failure = { ...own, firstMs: own.firstMs + shiftMs, lastMs: own.lastMs + shiftMs };
      const key = `${failure.code} ${failure.blame}`;
      const other = byCode.get(key);
      byCode.set(key, other === undefined ? failure : addFailure(failure, other));
    }
  }
  return [...byCode.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, failure]) => failure);
}

/** The example is that of the earlier one. */
function addFailure(a: ResultFailure, b: ResultFailure): ResultFailure {
  const earlier = a.firstMs < b.firstMs || (a.firstMs === b.firstMs && a.example < b.example) ? a : b;
  return { ...earlier, count: a.count + b.count, lastMs: Math.max(a.lastMs, b.lastMs) };
}

/** Trends of several processes cannot be added; that of the target is the same seen by each, so the best watched one stands. */
function memoryOf(results: readonly RunResult[], sources: MergedFrom): RunResult["memory"] {
  const watched = results
    .map((result) => result.memory.target)
    .filter((memory) => memory !== null)
    .sort((a, b) => b.sampleCount - a.sampleCount || b.peakBytes - a.peakBytes);
  const target = watched[0] ?? null;
  // Its trend stands; what was divided by one generator's messages or connections does not.
  const known =
    target === null || watched.length === 0 ? null : { ...target, perMessageBytes: null, perConnectionBytes: null };
  return {
    generator: null,
    generatorReason: `${sources.length} generators; the memory of each is in mergedFrom`,
    target: known,
    targetReason: known === null ? (results[0]!.memory.targetReason ?? "no generator could read it") : null,
  };
}

function environmentOf(sources: MergedFrom): RunResult["environment"] {
  const prints = [...new Set(sources.map((source) => source.environment.hostFingerprint))].sort();
  const together = createHash("sha256").update(prints.join("\n")).digest("hex").slice(0, 16);
  return {
    ...sources[0]!.environment,
    reason: `merged from ${sources.length} results; this is the machine of run ${sources[0]!.id}`,
    hostFingerprint: prints.length === 1 ? prints[0]! : together,
  };
}

function targetOf(results: readonly RunResult[]): RunResult["target"] {
  const targets = results.map((result) => result.target);
  const books = targets.map((target) => target.books);
  const sameBooks = books.every((each) => JSON.stringify(each) === JSON.stringify(books[0]));
  const { booksByPhase, ...first } = targets[0]!;
  const agreed = targets.map((target) => target.compressionAgreed).filter((each) => each !== null);
  return {
    ...first,
    // Readings of one generator alone fit its phases.
    ...(targets.length === 1 && booksByPhase !== undefined && { booksByPhase }),
    description: joined(targets.map((target) => target.description)),
    books: sameBooks ? books[0]! : null,
    deliveredFromBooks: targets.some((target) => target.deliveredFromBooks),
    compressionAgreed: agreed.length === 0 ? null : agreed.every((each) => each),
    firstForeignFrame: targets.map((target) => target.firstForeignFrame).find((frame) => frame !== null) ?? null,
  };
}

function endOfAll(results: readonly RunResult[]): RunResult["end"] {
  const gravest = (["failed", "interrupted", "aborted", "running"] as const).find((kind) =>
    results.some((result) => result.end.kind === kind),
  );
  return results.map((result) => result.end).find((end) => end.kind === gravest) ?? { kind: "completed", reason: null };
}

function verdictOf(end: RunResult["end"]): ResultVerdict {
  if (end.kind === "failed")
    return { outcome: "failed", exitCode: exitCode.runFailed, reasons: [end.reason ?? "a generator failed"] };
  if (end.kind !== "interrupted") return { outcome: "pass", exitCode: exitCode.ok, reasons: [] };
  const code = end.reason === "SIGTERM" ? exitCode.terminated : exitCode.interrupted;
  return {
    outcome: "interrupted",
    exitCode: code,
    reasons: [`a generator was interrupted by ${end.reason ?? "a signal"}`],
  };
}

/** Tags that all have with the same value. */
function commonTags(results: readonly RunResult[]): RunResult["tags"] {
  const [first, ...others] = results.map((result) => result.tags);
  return Object.fromEntries(
    Object.entries(first!).filter(([key, value]) => others.every((tags) => tags[key] === value)),
  );
}

/** Different texts side by side, the same whichever way they were grouped. */
function joined(texts: readonly string[]): string {
  return [...new Set(texts.flatMap((text) => text.split(" + ")))].sort().join(" + ");
}
