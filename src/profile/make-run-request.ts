import { usageError } from "../errors/floodgate-error.ts";
import type { Host } from "../host/host.ts";
import { defaultSessions, defaultStreamQueue } from "../mock-server/mock-options.ts";
import { connectionsPerProcess, type MachineLimits } from "../plan/fit-workers.ts";
import { makePlan } from "../plan/make-plan.ts";
import type { Plan } from "../plan/plan.ts";
import type { TargetRequest } from "../target/target-request.ts";
import { formatCount } from "../units/count.ts";
import { chooseEnvironment } from "./choose-environment.ts";
import type { MergedSettings } from "./merge-layers.ts";
import { recordSettings } from "./record-settings.ts";
import { readMock, refuseUselessMockSettings, type MockTexts } from "./read-mock.ts";
import { asksForSessions } from "./read-resume.ts";
import { wantsPriorities } from "./read-stream.ts";
import { readProfile, type LoadedProfile } from "./read-profile.ts";
import { resolveSettings, type ResolvedSettings } from "./resolve-settings.ts";
import type { RequestSource, RunRequest, RunWords, ThresholdText } from "./run-request.ts";
import { readChecked } from "./setting-kinds.ts";

/** What the settings of a run are made of, before thresholds and output. */
export type SettingWords = Pick<RunWords, "profile" | "flags" | "environment">;

/** Reads the profile, resolves all settings and makes the plan. Throws usage errors; nothing has been sent. */
export function makeRunRequest(words: RunWords, host: Host): RunRequest {
  return requestFrom({ words, profile: readNamedProfile(words, host), changes: [] }, host);
}

/** The same from what a request was made of. */
export function requestFrom(source: RequestSource, host: Host): RunRequest {
  const { words, profile } = source;
  const { merged, settings } = resolveSource(source, host);
  const limits = host.machineLimits();
  const { plan, notes } = makePlan(settings, () => host.randomSeed(), limits);
  const target = targetOf(merged, host);
  if (target.kind === "mock") refuseCrowdedMock(plan, target.options.maxConnections, limits);
  const request: RunRequest = {
    plan,
    target,
    thresholds: thresholdsOf(merged, target, words.thresholds, profile, plan.environment.name),
    abortOnFail: words.abortOnFail,
    gate: words.gate,
    strict: words.strict,
    output: words.output,
    series: words.series,
    notes,
    settings: recordSettings(merged, { ...settings, workers: plan.workers }),
    source,
  };
  if (words.abortOnFail !== null && request.thresholds.length === 0) {
    throw usageError("--abort-on-fail needs a threshold to watch", "add --threshold 'latency.p99<200ms', for example");
  }
  return request;
}

/** The settings alone, for `floodgate profiles <name>` too. */
export function resolveWords(
  words: SettingWords,
  host: Host,
): { readonly profile: LoadedProfile | null } & ResolvedSettings {
  const profile = readNamedProfile(words, host);
  return { profile, ...resolveSource({ words, profile, changes: [] }, host) };
}

function readNamedProfile({ profile }: SettingWords, host: Host): LoadedProfile | null {
  return profile === undefined ? null : readProfile(profile, host.cwd);
}

/** The settings that a request was made of. */
export function resolveSource(
  { words, profile, changes }: Omit<RequestSource, "words"> & { readonly words: SettingWords },
  host: Host,
): ResolvedSettings {
  return resolveSettings({
    profile,
    environment: chooseEnvironment(words.environment, host.env),
    flags: [words.flags, ...changes],
    workingDirectory: host.cwd,
    env: host.env,
    cores: host.cores,
  });
}

/** The mock, a running server, or one to start, with the place where its memory is read. */
export function targetOf(merged: MergedSettings, host: Pick<Host, "env">): TargetRequest {
  const { target, spawn, targetPid, targetMetrics, mock } = merged.texts;
  if (target === undefined) {
    const needs = (["spawn", "targetPid", "targetMetrics"] as const).find((name) => merged.texts[name] !== undefined);
    if (needs !== undefined)
      throw usageError(
        `${merged.nameOf(needs)} needs the URL of the target`,
        "add --target ws://127.0.0.1:8080/ or the like",
      );
    const fitting = { ...mockDefaults(merged), ...mock };
    if (fitting.mode === "sink") refuseAnswerFaults(merged);
    refuseUselessMockSettings(
      fitting,
      (name) => merged.layerOf(`mock.${name}`) === "flags",
      (name) => merged.nameOf(`mock.${name}`),
    );
    return { kind: "mock", options: readMock(fitting, merged.nameOf("mock.bearer"), host.env) };
  }
  const mockFlag = Object.keys(mock ?? {}).find((name) => merged.layerOf(`mock.${name}`) === "flags");
  if (mockFlag !== undefined) {
    const flag = merged.nameOf(`mock.${mockFlag}`);
    throw usageError(
      `${flag} changes the built-in mock, but the target is ${target}`,
      `leave out ${flag} or the target`,
    );
  }
  const { url } = readChecked("url", target);
  if (spawn !== undefined) return { kind: "spawn", url, command: spawn };
  if (targetPid !== undefined)
    return { kind: "url", url, memory: { kind: "pid", pid: readChecked("count", targetPid) } };
  if (targetMetrics !== undefined) return { kind: "url", url, memory: { kind: "metrics", url: targetMetrics } };
  return { kind: "url", url, memory: null };
}

/** What the mock does where nothing is said of it: what the mode of the run waits for. */
function mockDefaults({ texts }: MergedSettings): MockTexts {
  if (texts.mode === "oneway") return { mode: "sink" };
  if (texts.mode === "broadcast") {
    return { mode: "broadcast", excludesPublisher: texts.broadcast?.excludesPublisher ?? false };
  }
  if (texts.mode === "queue") return queueDefaults(texts.queue ?? {});
  if (texts.mode !== "push") return asksForSessions(texts) ? { sessions: defaultSessions.limit } : {};
  const { rate } = texts.stream ?? {};
  return {
    mode: "push",
    ...(rate !== undefined && { streamRate: rate }),
    ...(wantsPriorities(texts) && { streamQueue: defaultStreamQueue.limit }),
  };
}

/** What the jobs of the run are promised. */
function queueDefaults({ concurrency, completionOrder }: NonNullable<MergedSettings["texts"]["queue"]>): MockTexts {
  return {
    mode: "queue",
    ...(concurrency !== undefined && { queueConcurrency: concurrency }),
    ...(completionOrder === "kept" && { queueInOrder: true }),
  };
}

/** The mock is one process, with the limit of one. */
function refuseCrowdedMock(plan: Plan, maxConnections: number | null, { openFiles }: MachineLimits): void {
  const connections = Math.max(...plan.segments.map((segment) => segment.connections));
  const held = Math.min(connections, maxConnections ?? Infinity);
  if (openFiles === null || held <= connectionsPerProcess(openFiles)) return;
  const room = Math.max(0, connectionsPerProcess(openFiles));
  throw usageError(
    `the built-in mock cannot hold ${formatCount(held)} connections: its process may open ${formatCount(openFiles)} files, room for ${formatCount(room)} connections`,
    "raise the limit (ulimit -n), or name a target that may open more",
  );
}

const answerFaults = ["latency", "drop", "duplicate", "reorder", "corrupt", "stall"];

/** A sink gives no answers, so nothing could be done to them. A profile that is run otherwise may keep its words. */
function refuseAnswerFaults(merged: MergedSettings): void {
  const fault = answerFaults.find((name) => merged.layerOf(`mock.${name}`) === "flags");
  if (fault === undefined) return;
  const flag = merged.nameOf(`mock.${fault}`);
  const asked = merged.texts.mock?.mode === undefined ? "--mode oneway" : merged.nameOf("mock.mode");
  throw usageError(
    `${flag} changes the mock's answers, but with ${asked} the mock is a sink and gives none`,
    `leave out ${flag} or ${asked}`,
  );
}

/** Those of the profile, then those of the flags; a flag takes the place of a profile's threshold on the same metric and side. */
function thresholdsOf(
  merged: MergedSettings,
  target: TargetRequest,
  flags: readonly string[],
  profile: LoadedProfile | null,
  environment: string,
): readonly ThresholdText[] {
  const memoryKnown = target.kind !== "url" || target.memory !== null;
  const names = memoryKnown ? (["thresholds", "targetMemoryThresholds"] as const) : (["thresholds"] as const);
  const fromProfile = names.flatMap((name) => {
    const path = merged.layerOf(name) === "environment" ? ["environments", environment, name] : [name];
    return (merged.texts[name] ?? []).map((text, index) => ({
      text,
      source: profile?.place([...path, index]) ?? "default",
    }));
  });
  const replaced = new Set(flags.map(subjectOf));
  return [
    ...fromProfile.filter(({ text }) => !replaced.has(subjectOf(text))),
    ...flags.map((text) => ({ text, source: "--threshold" })),
  ];
}

/** `latency.p99<` of `latency.p(99) < 50ms warn`: what is bounded, and on which side. */
function subjectOf(text: string): string {
  const match = /^([^<>=!]*)([<>=!])/.exec(text.replace(/\s+/g, ""));
  return match === null ? text : `${match[1]!.replace(/p\((\d+(?:\.\d+)?)\)/, "p$1")}${match[2]!}`;
}
