import type { RunResult } from "../result/run-result.ts";
import { phasesOfSavedPlan, savedMember } from "../result/read-saved-plan.ts";
import { outageWords, reopeningWords } from "./outage-settings.ts";
import { exactBytes, exactRate, inWords, type SettingWords } from "./setting-words.ts";
import { formatCount } from "../units/count.ts";
import { formatRatio, parseRatio } from "../units/ratio.ts";
import { formatBytes } from "../units/size.ts";
import { formatDurationMs } from "../units/time.ts";

/** What results must have alike: other numbers would be numbers of something else. */
export function comparableSettings(result: RunResult): SettingWords {
  const { config, mergedFrom, totals } = result;
  const { plan } = config;
  const firstMessages = listAt(plan, "connect.firstMessages");
  return {
    mode: config.mode,
    loop: config.model,
    scaling: config.scaling ?? "none",
    generators: formatCount(mergedFrom?.length ?? 1),
    phases: phasesOfSavedPlan(result)
      .map(({ name }) => name)
      .join(", "),
    ...segmentWords(result),
    "message size": sizeWords(plan),
    ...broadcastWords(savedMember(plan, "broadcast")),
    ...streamWords(savedMember(plan, "stream")),
    ...queueWords(savedMember(plan, "queue")),
    "frame type": inWords(plan, "message.mix.binaryRatio", frameWords, inWords(plan, "message.frameType")),
    message: `${inWords(plan, "message.templatePrefix")}{{payload}}${inWords(plan, "message.templateSuffix")}`,
    "first messages": firstMessages.length === 0 ? "none" : firstMessages.map(String).join(", "),
    compression: compressionWords(plan),
    ...outageWords(plan),
    "connect rate": inWords(plan, "connect.ratePerSecond", (rate) => exactRate(rate, "conn"), "no limit"),
    pacing: inWords(plan, "pacing.mode"),
    "late messages": lateWords(plan),
    ...(mergedFrom === undefined ? {} : { "connections in all": formatCount(totals.connections.planned) }),
  };
}

/** What may differ, but explains a change that has nothing to do with the target. */
export function noticedSettings(result: RunResult): SettingWords {
  const { config, target, tool } = result;
  const { plan, settings } = config;
  return {
    target: target.kind === "url" ? target.url : target.kind,
    "compression agreed": { true: "yes", false: "no", null: "not asked for" }[`${target.compressionAgreed}`],
    workers: `${inWords(plan, "workers")}${savedMember(plan, "workersAs.kind") === "processes" ? " (processes)" : ""}`,
    drain: inWords(plan, "drain.durationMs", (ms) => formatDurationMs(Number(ms)), inWords(plan, "drain.kind")),
    ...reopeningWords(savedMember(plan, "connect.reconnect")),
    "sessions asked for": inWords(plan, "connect.reconnect.resume", () => "yes", "no"),
    "figures of single connections": inWords(plan, "connectionFigures", () => "yes", "no"),
    "connect timeout": inWords(plan, "connect.timeoutMs", (ms) => formatDurationMs(Number(ms))),
    "local addresses": formatCount(listAt(plan, "connect.localAddresses").length),
    subprotocols: listAt(plan, "connect.subprotocols").map(String).join(", "),
    "unsent bytes a connection may hold": inWords(plan, "limits.maxBufferedBytes", exactBytes),
    "floodgate version": tool.version,
    ...mockWords(savedMember(settings, "mock")),
  };
}

/** Where a run was made; numbers of different hosts do not compare. */
export function hostSettings(result: RunResult): SettingWords {
  const hosts = result.mergedFrom?.map(({ environment }) => environment) ?? [result.environment];
  const each = (read: (host: RunResult["environment"]) => string): string => [...new Set(hosts.map(read))].join(", ");
  return {
    "CPU model": each(({ cpuModel }) => cpuModel),
    cores: each(({ cores }) => formatCount(cores)),
    memory: each(({ totalMemoryBytes }) => formatBytes(totalMemoryBytes)),
    platform: each(({ platform }) => platform),
    kernel: each(({ kernel }) => kernel),
    "Node version": each(({ node }) => node),
    "host fingerprint": each(({ hostFingerprint }) => hostFingerprint),
  };
}

/** The load in one line: `echo, open loop, 500 msg/s, 10 connections, 64 B messages, 30 s`; of a broadcast with its rooms. */
export function loadWords(result: RunResult): string {
  const words = comparableSettings(result);
  const measured = phasesOfSavedPlan(result).filter((phase) => phase.measured);
  const [only] = measured;
  const load =
    measured.length === 1 && only !== undefined ? (words[`load of ${only.name}`] ?? "") : `${measured.length} phases`;
  const totalMs = measured.reduce((sum, { durationMs }) => sum + (durationMs ?? 0), 0);
  const connections = Object.entries(words).flatMap(([name, word]) => (name.startsWith("connections") ? [word] : []));
  return [
    words.mode,
    ...(words.loop === "none" ? [] : [`${words.loop} loop`, load]),
    ...(words["promised per stream"] === undefined ? [] : [`promised ${words["promised per stream"]} a stream`]),
    `${[...new Set(connections)].join(" to ")} connections${words.rooms === undefined ? "" : ` in ${words.rooms} room${words.rooms === "1" ? "" : "s"}`}`,
    ...(words.loop === "none" ? [] : [`${words["message size"]} messages`]),
    formatDurationMs(totalMs),
  ].join(", ");
}

/** Connections, and the load and length of each phase. Without a readable plan: what the phases say of themselves. */
function segmentWords(result: RunResult): SettingWords {
  const segments = listAt(result.config.plan, "segments");
  if (segments.length === 0) {
    const entries = result.phases.flatMap(({ name, loop, connections }) => [
      [`connections of ${name}`, formatCount(connections.planned)],
      [`load of ${name}`, loop],
    ]);
    return Object.fromEntries(entries) as SettingWords;
  }
  const words: Record<string, string> = {};
  for (const [i, segment] of segments.entries()) {
    words[segments.length === 1 ? "connections" : `connections of segment ${i + 1}`] = inWords(
      segment,
      "connections",
      (count) => formatCount(Number(count)),
    );
    for (const phase of listAt(segment, "phases")) {
      const own = inWords(phase, "name");
      // Each set of connections may have a warm-up of the same name.
      const name = words[`load of ${own}`] === undefined ? own : `${own}, segment ${i + 1}`;
      words[`load of ${name}`] = phaseLoad(phase);
      words[`length of ${name}`] = inWords(phase, "durationMs", (ms) => formatDurationMs(Number(ms)));
      if (savedMember(phase, "measured") === false) words[`measured: ${name}`] = "no";
    }
  }
  return words;
}

function phaseLoad(phase: unknown): string {
  const at = (key: string): number => Number(savedMember(phase, `load.${key}`));
  const rateAt = (key: string): string => exactRate(at(key));
  const kind = savedMember(phase, "load.kind");
  const gaps = savedMember(phase, "load.arrival") === "poisson" ? ", poisson gaps" : "";
  const most = inWords(phase, "maxMessages", (count) => `, at most ${formatCount(Number(count))} messages`, "");
  switch (kind) {
    case "constant":
      return `${rateAt("ratePerSecond")}${gaps}${most}`;
    case "ramp":
      return `${rateAt("fromPerSecond")} to ${rateAt("toPerSecond")}${gaps}${most}`;
    case "burst":
      return `${formatCount(at("size"))} messages every ${formatDurationMs(at("everyMs"))}${most}`;
    case "max":
      return `as fast as answers come, ${formatCount(at("inFlight"))} in flight${most}`;
    default:
      return typeof kind === "string" ? kind : "unknown";
  }
}

/** How many hear what one publishes; nothing in other modes. */
function broadcastWords(broadcast: unknown): SettingWords {
  if (typeof broadcast !== "object" || broadcast === null) return {};
  return {
    rooms: inWords(broadcast, "rooms", (rooms) => formatCount(Number(rooms))),
    "publishers a room": inWords(broadcast, "publishersPerRoom", (count) => formatCount(Number(count))),
    "publishers hear themselves": savedMember(broadcast, "excludesPublisher") === true ? "no" : "yes",
    "guard at joins and leaves": inWords(broadcast, "guardMs", (ms) => formatDurationMs(Number(ms))),
  };
}

/** Where jobs are spoken of otherwise it may be the same queue, but the numbers are those of other words. */
function queueWords(queue: unknown): SettingWords {
  if (typeof queue !== "object" || queue === null) return {};
  const { form } = queue as Readonly<Record<string, unknown>>;
  return {
    keys: inWords(queue, "keys", (keys) => formatCount(Number(keys))),
    "jobs of a key at a time": inWords(queue, "concurrency", (jobs) => formatCount(Number(jobs))),
    "order of completions": savedMember(queue, "completesInOrder") === true ? "kept" : "free",
    "jobs taken back": JSON.stringify(savedMember(queue, "cancel") ?? null),
    "form of jobs": JSON.stringify(form ?? null),
  };
}

/** What a target pushes, and how its messages are read; nothing in other modes. */
function streamWords(stream: unknown): SettingWords {
  if (typeof stream !== "object" || stream === null) return {};
  const { promisedPerSecond, ...reading } = stream as Readonly<Record<string, unknown>>;
  return {
    "promised per stream": typeof promisedPerSecond === "number" ? exactRate(promisedPerSecond) : "nothing",
    streams: JSON.stringify(reading),
  };
}

/** `1 KiB`, or `60% of 128 B, 40% of 16 KiB`. */
function sizeWords(plan: unknown): string {
  const sizes = listAt(plan, "message.mix.sizes");
  if (sizes.length < 2) return inWords(plan, "message.sizeBytes", exactBytes);
  return sizes
    .map((size) => `${inWords(size, "share", exactShare)} of ${inWords(size, "sizeBytes", exactBytes)}`)
    .join(", ");
}

function frameWords(binaryRatio: unknown): string {
  return binaryRatio === 0 ? "text" : binaryRatio === 1 ? "binary" : `${exactShare(binaryRatio)} binary, else text`;
}

/** `60%`, or `0.60004` where that would round. */
function exactShare(share: unknown): string {
  const words = formatRatio(Number(share));
  return parseRatio(words) === share ? words : String(share);
}

function compressionWords(plan: unknown): string {
  return savedMember(plan, "connect.compress") === true ? "yes" : "no";
}

function lateWords(plan: unknown): string {
  if (savedMember(plan, "pacing.onLate") !== "skip") return inWords(plan, "pacing.onLate");
  return `skipped after ${inWords(plan, "pacing.maxSlipMs", (ms) => formatDurationMs(Number(ms)))}`;
}

/** Faults that the mock was told to have. */
function mockWords(mock: unknown): SettingWords {
  if (typeof mock !== "object" || mock === null) return {};
  return Object.fromEntries(Object.entries(mock).map(([name, value]) => [`mock ${name}`, String(value)]));
}

function listAt(value: unknown, path: string): readonly unknown[] {
  const found = savedMember(value, path);
  return Array.isArray(found) ? (found as readonly unknown[]) : [];
}
