import { formatCount } from "../units/count.ts";
import { formatRate } from "../units/rate.ts";
import { formatDurationMs } from "../units/time.ts";
import type { BroadcastPlan, Load, PhasePlan, Plan, StreamPlan } from "./plan.ts";
import { publishersOf, rowOf } from "./rooms.ts";

/**
 * What will happen, in one line, at most 100 columns wide for any load of this world:
 * `offered 10,000 msg/s = 100 connections x 100 msg/s over 2 workers, 30 s`.
 */
export function describePlan(plan: Plan): string {
  const phases = plan.segments.flatMap((segment) => segment.phases).filter((phase) => phase.measured);
  const warmups = plan.segments.flatMap((segment) => segment.phases).filter((phase) => !phase.measured);
  const warmup = `${warmups.length > 1 ? "and" : "after"} ${formatDurationMs(sumMs(warmups))} warm-up`;
  const time = `${formatDurationMs(sumMs(phases))}${warmups.length > 0 ? ` ${warmup}` : ""}`;
  const workers = `${counted(plan.workers, "worker")}${plan.workersAs.kind === "processes" ? " (processes)" : ""}`;
  const only = phases.length === 1 ? phases[0] : undefined;
  if (plan.stream !== null) return describeStreams(plan, plan.stream, workers, time);
  if (only !== undefined) return `${describeSingle(only, plan, workers)}, ${time}`;
  const connections = rangeOf(plan.segments.map((segment) => segment.connections));
  const many = connections.includes(" to ")
    ? `${connections} connections`
    : counted(plan.segments[0]!.connections, "connection");
  const load = plan.mode === "connect" ? "" : `: ${describeLoads(phases)}`;
  return `${plan.mode === "connect" ? "connecting in" : "offered"} ${counted(phases.length, "stage")}${load}, ${many} over ${workers}, ${time}`;
}

/** `promised 80,000 msg/s = 10 streams x 8,000 msg/s over 1 worker, 10 s`. */
function describeStreams(plan: Plan, { promisedPerSecond }: StreamPlan, workers: string, time: string): string {
  const numbers = plan.segments.map(({ connections }) => connections);
  const streams = numbers.length === 1 ? counted(numbers[0]!, "stream") : `${rangeOf(numbers)} streams`;
  if (promisedPerSecond === null) return `listening to ${streams} over ${workers}, ${time}`;
  const each = `${streams} x ${formatRate(promisedPerSecond)} over ${workers}, ${time}`;
  return numbers.length === 1
    ? `promised ${formatRate(promisedPerSecond * numbers[0]!)} = ${each}`
    : `promised ${each}`;
}

/** Where the settings came from: `profile ci, environment ci (CI=true), seed 42, constant arrivals`. */
export function describeChoice(plan: Plan): string {
  const profile = plan.profile === "(flags)" ? "no profile" : `profile ${plan.profile}`;
  return `${profile}, environment ${plan.environment.name} (${plan.environment.reason}), seed ${plan.seed}${describeArrival(plan)}`;
}

function describeSingle(phase: PhasePlan, plan: Plan, workers: string): string {
  const connections = plan.segments[0]!.connections;
  const { broadcast } = plan;
  const senders = broadcast === null ? connections : publishersOf(broadcast);
  const sending = counted(senders, broadcast === null ? "connection" : "publisher");
  const audience = broadcast === null ? "" : ` to ${describeRooms(broadcast, connections)}`;
  const many = `${sending}${audience}`;
  const one = plan.queue === null ? "message" : "job";
  const cap = phase.maxMessages === null ? "" : `, at most ${counted(phase.maxMessages, one)}`;
  switch (phase.load.kind) {
    case "constant": {
      const rate = phase.load.ratePerSecond;
      return `offered ${formatRate(rate)} = ${sending} x ${formatRate(rate / senders)}${audience} over ${workers}${cap}`;
    }
    case "ramp":
      return `offered ${describeRamp(phase.load)} over ${many} and ${workers}${cap}`;
    case "burst":
      return `offered ${formatCount(phase.load.size)} ${one}s at once every ${formatDurationMs(phase.load.everyMs)} over ${many} and ${workers}${cap}`;
    case "max":
      if (plan.mode === "oneway") return `as fast as the target reads: ${many} over ${workers}${cap}`;
      return `as fast as answers come: ${many} x ${formatCount(phase.load.inFlight)} in flight over ${workers}${cap}`;
    case "idle": {
      const opening = plan.connect.ratePerSecond;
      return `connecting ${many}${opening === null ? "" : ` at ${formatRate(opening, "conn")}`} over ${workers}, no messages`;
    }
  }
}

/** `10 rooms of 20`; each may have one more. */
function describeRooms({ rooms }: BroadcastPlan, connections: number): string {
  const size = formatCount(rowOf(connections, rooms));
  return rooms === 1 ? `${size} connections` : `${formatCount(rooms)} rooms of ${size}`;
}

function describeRamp(load: Extract<Load, { kind: "ramp" }>): string {
  return `${formatCount(Math.round(load.fromPerSecond))} to ${formatRate(load.toPerSecond)}`;
}

/** The loads of several stages in a few words: the range of their rates, or their kinds. */
function describeLoads(phases: readonly PhasePlan[]): string {
  const loads = phases.map((phase) => phase.load);
  const words: string[] = [];
  const rates = loads.flatMap((load) =>
    load.kind === "constant"
      ? [load.ratePerSecond]
      : load.kind === "ramp"
        ? [load.fromPerSecond, load.toPerSecond]
        : [],
  );
  if (rates.length > 0) words.push(`${rangeOf(rates)} msg/s`);
  const bursts = loads.flatMap((load) => (load.kind === "burst" ? [load.size] : []));
  if (bursts.length > 0) words.push(`bursts of ${rangeOf(bursts)}`);
  if (loads.some((load) => load.kind === "max")) words.push("as fast as answers come");
  return words.join(" and ");
}

function describeArrival(plan: Plan): string {
  const scheduled = plan.segments.flatMap((segment) => segment.phases).map((phase) => phase.load);
  const isPoisson = scheduled.some((load) => "arrival" in load && load.arrival === "poisson");
  return isPoisson ? ", poisson arrivals" : "";
}

function rangeOf(numbers: readonly number[]): string {
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  return low === high ? formatCount(low) : `${formatCount(low)} to ${formatCount(high)}`;
}

function counted(count: number, what: string): string {
  return `${formatCount(count)} ${what}${count === 1 ? "" : "s"}`;
}

function sumMs(phases: readonly PhasePlan[]): number {
  return phases.reduce((sum, phase) => sum + phase.durationMs, 0);
}
