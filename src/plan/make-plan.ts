import { usageError } from "../errors/floodgate-error.ts";
import type { Settings, StageSettings } from "../profile/settings.ts";
import { formatCount } from "../units/count.ts";
import { makeBroadcast } from "./make-broadcast.ts";
import { fitWorkers, neededAddresses, type MachineLimits } from "./fit-workers.ts";
import { markerBytes, smallestMessageBytes } from "./message-template.ts";
import { sendsMessages, type Load, type MessagePlan, type PhasePlan, type Plan, type Segment } from "./plan.ts";
import { roomPlaceholder } from "./rooms.ts";

/** A plan, and what was set otherwise than asked. */
export interface MadePlan {
  readonly plan: Plan;
  /** Lines for people. */
  readonly notes: readonly string[];
}

/**
 * Settings -> Plan for a machine with these limits. `random32` gives 32 random bits that follow from nothing: for the run's
 * id, and for a seed nobody chose. Throws a usage error for what cannot be done.
 */
export function makePlan(settings: Settings, random32: () => number, machine: MachineLimits): MadePlan {
  const segments = makeSegments(settings);
  const most = Math.max(...segments.map((segment) => segment.connections));
  const wanted = {
    workers: settings.workers,
    askedBy: settings.isDefault("workers") ? null : settings.nameOf("workers"),
  };
  const { workers, workersAs } = fitWorkers(most, wanted, machine);
  const broadcast = makeBroadcast(settings, segments, workersAs);
  const plan: Plan = {
    title: settings.title,
    tags: settings.tags,
    profile: settings.profile,
    environment: settings.environment,
    mode: settings.mode,
    seed: settings.seed ?? random32() >>> 0,
    runId: makeRunId(random32),
    workers,
    workersAs,
    message: makeMessage(settings),
    stream: settings.stream,
    connect: settings.connect,
    pacing: settings.pacing,
    limits: settings.limits,
    drain: settings.drain,
    segments,
    scaling: settings.scaling,
    broadcast,
    queue: settings.queue,
    connectionFigures: makeConnectionFigures(settings, segments),
  };
  return { plan, notes: [...notesOnWorkers(settings, plan, most), ...notesOnPorts(settings, most, machine)] };
}

/** More connections have no times of their own but mean and maximum: a kilobyte for each would be much. */
const mostWithTimes = 10_000;

/** Connections that were there for different loads cannot be held against each other. */
function makeConnectionFigures(settings: Settings, segments: readonly Segment[]): Plan["connectionFigures"] {
  const { connectionRows } = settings;
  if (connectionRows === null) return null;
  if (segments.length > 1) {
    throw usageError(
      `${settings.nameOf("connectionFigures")} needs one number of connections: here it changes from stage to stage`,
      "leave it out, or give all stages the same connections",
    );
  }
  return { rows: connectionRows, hasTimes: segments[0]!.connections <= mostWithTimes };
}

/** A new segment begins where the number of connections changes; phases follow each other without a gap. */
function makeSegments(settings: Settings): readonly Segment[] {
  const groups: StageSettings[][] = [];
  for (const stage of settings.stages) {
    const last = groups.at(-1);
    if (last?.[0]?.connections === stage.connections) last.push(stage);
    else groups.push([stage]);
  }
  return groups.map((stages, index) => {
    const warmup = warmupPhase(settings.warmupMs, stages[0]!.load, index);
    const phases: PhasePlan[] = [...warmup];
    let startMs = warmup[0]?.durationMs ?? 0;
    for (const { name, durationMs, load, maxMessages } of stages) {
      phases.push({ name, measured: true, startMs, durationMs, load, maxMessages });
      startMs += durationMs;
    }
    return { connections: stages[0]!.connections, phases };
  });
}

/**
 * Each segment has its own: its connections are new and cold, and without load before it the first answers of a measured
 * phase would be missing at its front, so that it seems to deliver less than was sent.
 */
function warmupPhase(warmupMs: number, firstLoad: Load, segment: number): readonly PhasePlan[] {
  if (warmupMs === 0) return [];
  const load = warmupLoad(firstLoad);
  const name = segment === 0 ? "warmup" : `warmup-${segment + 1}`;
  return [{ name, measured: false, startMs: 0, durationMs: warmupMs, load, maxMessages: null }];
}

/** The first stage's load; of a ramp the rate it begins with, which may be none. */
function warmupLoad(load: Load): Load {
  if (load.kind !== "ramp") return load;
  if (load.fromPerSecond === 0) return { kind: "idle" };
  return { kind: "constant", arrival: load.arrival, ratePerSecond: load.fromPerSecond };
}

function makeMessage(settings: Settings): MessagePlan {
  const { template, sizeBytes, frameType, mix } = settings.message;
  if (settings.broadcast === null && (template.prefix + template.suffix).includes(roomPlaceholder)) {
    throw usageError(
      `${settings.nameOf("message")} has the word ${roomPlaceholder}, which only mode broadcast replaces`,
      `add --mode broadcast, or leave ${roomPlaceholder} out`,
    );
  }
  // A job is as large as its template makes it.
  const smallest = settings.queue === null ? smallestMessageBytes(template, settings.broadcast?.rooms ?? 1) : sizeBytes;
  const sends = sendsMessages(settings.mode);
  const tooSmall = (mix?.sizes ?? [{ name: String(sizeBytes), sizeBytes }]).find((size) => size.sizeBytes < smallest);
  if (sends && tooSmall !== undefined) {
    const around = smallest - markerBytes;
    const needs =
      around === 0
        ? `the marker takes ${markerBytes} bytes`
        : `the template takes ${around} bytes and the marker ${markerBytes}`;
    const inMix = mix === null || mix.sizes.length === 1 ? "" : "has a size ";
    throw usageError(
      `${settings.nameOf("size")} ${inMix}"${tooSmall.name}"${inMix === "" ? " is" : " that is"} too small: ${needs}`,
      inMix === "" ? `the smallest size is --size ${smallest}` : `the smallest size is ${smallest}`,
    );
  }
  if (sends && sizeBytes > settings.limits.maxMessageBytes) {
    throw usageError(
      `${settings.nameOf("size")} ${sizeBytes} is larger than ${settings.nameOf("maxMessage")} ${settings.limits.maxMessageBytes}: no answer could come back`,
      `raise --max-message to ${sizeBytes} or more`,
    );
  }
  return { sizeBytes, frameType, templatePrefix: template.prefix, templateSuffix: template.suffix, mix };
}

const idLetters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";

/** 11 characters of 6 bits: 66 bits, so that two runs of the world will not meet in one target. */
function makeRunId(random32: () => number): string {
  let id = "";
  while (id.length < 11) {
    let bits = random32() >>> 0;
    for (let taken = 0; taken < 5 && id.length < 11; taken++) {
      id += idLetters[bits & 63]!;
      bits >>>= 6;
    }
  }
  return id;
}

function notesOnWorkers(settings: Settings, plan: Plan, connections: number): readonly string[] {
  const notes: string[] = [];
  if (!settings.isDefault("workers") && plan.workers < settings.workers) {
    notes.push(`${plan.workers} of ${settings.workers} workers are used: a worker needs at least one connection`);
  }
  if (plan.workersAs.kind === "processes") {
    const openFiles = formatCount(plan.workersAs.openFiles);
    notes.push(
      `workers are processes: each may open ${openFiles} files, too few for ${formatCount(connections)} connections`,
    );
  }
  return notes;
}

/** What a local address cannot hold is refused; behind a name there may be several targets, each with ports of its own. */
function notesOnPorts(settings: Settings, connections: number, machine: MachineLimits): readonly string[] {
  const { url, localAddresses } = settings.connect;
  const needed = neededAddresses(connections, machine);
  if (needed === null) return [];
  const from = localAddresses.length < 2 ? "1 local address" : `${localAddresses.length} local addresses`;
  if (needed.least <= Math.max(1, localAddresses.length)) {
    // Without --local-address the kernel chooses a port by the target too, and is quick to the last.
    if (localAddresses.length === 0 || needed.quick <= localAddresses.length) return [];
    return [`opening ${formatCount(connections)} connections from ${from} is slow; ${needed.quick} would be quick`];
  }
  const problem = `${formatCount(connections)} connections need more ports than ${from} can have to one target: ${formatCount(machine.localPorts ?? 0)} each`;
  const mend = `name ${needed.quick} addresses of this machine with --local-address; ${needed.least} would do, slowly`;
  if (!isAddress(new URL(url).hostname)) return [`${problem}; if the target has one address, ${mend}`];
  throw usageError(problem, mend);
}

function isAddress(hostname: string): boolean {
  return hostname.startsWith("[") || /^[\d.]+$/.test(hostname);
}
