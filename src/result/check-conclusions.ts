import type { ResultBlock } from "./result-blocks.ts";
import type { ResultMemory, RunResult } from "./run-result.ts";

/** What a process ends with upon each verdict. */
const exitCodesOf: Readonly<Record<RunResult["verdict"]["outcome"], readonly number[]>> = {
  pass: [0],
  fail: [98, 99],
  failed: [97],
  inconclusive: [96],
  interrupted: [130, 143],
};

/**
 * The first thing that a result concludes and its own numbers contradict, as a sentence; null for a sound one. It
 * judges no threshold again, as a later version may know better than the one that did; but what passed has to lie on the
 * side of its bound that its expression asks for.
 */
export function brokenConclusion(result: RunResult): string | null {
  const { memory } = result;
  const named = [
    { name: "totals", block: result.totals },
    ...result.phases.map((phase) => ({ name: `phase "${phase.name}"`, block: phase })),
  ];
  for (const { name, block } of named) {
    const broken = brokenRate(block) ?? brokenAchievement(block);
    if (broken !== null) return `${name}: ${broken}`;
  }
  for (const { name, startMs, endMs } of result.phases) {
    if (startMs < 0 || endMs < startMs) return `phase "${name}": it ends at ${endMs} ms and starts at ${startMs} ms`;
  }
  for (const [name, side] of [["generator", memory.generator] as const, ["target", memory.target] as const]) {
    const broken = side === null ? null : brokenMemory(side);
    if (broken !== null) return `memory.${name}: ${broken}`;
  }
  return brokenPromise(result) ?? brokenHealth(result) ?? brokenPass(result) ?? brokenVerdict(result);
}

const healthRanks = { ok: 0, degraded: 1, limited: 2 } as const;

/** A generator is no better than it was in the worst phase whose numbers count. */
function brokenHealth({ generator, phases }: RunResult): string | null {
  const worse = phases.find(
    ({ measured, generatorHealth }) => measured && healthRanks[generatorHealth] > healthRanks[generator.health],
  );
  if (worse === undefined) return null;
  return `generator: ${generator.health}, although it was ${worse.generatorHealth} in phase "${worse.name}"`;
}

function brokenPass({ thresholds }: RunResult): string | null {
  for (const { expression, value, bound, outcome, low } of thresholds) {
    // With an interval it is that, not the value, which passes.
    if (outcome !== "pass" || value === null || bound === null || low !== undefined) continue;
    const op = /[<>]/.exec(expression.replace(/\{[^}]*\}/, ""))?.[0];
    const beyond = op === "<" ? value - bound : op === ">" ? bound - value : 0;
    if (beyond > 1e-9 * Math.abs(bound)) return `thresholds: "${expression}" is pass, although its value is ${value}`;
  }
  return null;
}

function brokenRate({ rate }: ResultBlock): string | null {
  for (const key of ["offeredPerSecond", "sentPerSecond"] as const) {
    if ((rate[key] === null) !== (rate.windowMs === 0)) return `rate.${key} is ${rate[key]} in ${rate.windowMs} ms`;
  }
  return null;
}

/** What was sent of what was offered; in mode push, where something is promised, what was seen of that. */
function brokenAchievement({ rate, messages }: ResultBlock): string | null {
  const { achievedRatio: given, promisedPerSecond = null } = rate;
  if (promisedPerSecond === null) {
    const { sent, offered } = messages;
    if (isShare(given, sent, offered)) return null;
    return `rate.achievedRatio ${given} is not sent ${sent} / offered ${offered}`;
  }
  const { deliveredInWindow } = messages;
  if (isShare(given, deliveredInWindow, promisedMessages(rate))) return null;
  return `rate.achievedRatio ${given} is not deliveredInWindow ${deliveredInWindow} / promised ${promisedMessages(rate)}`;
}

/** Null stands for a share of nothing. */
function isShare(given: number | null, part: number, whole: number): boolean {
  if (whole === 0 || given === null) return whole === 0 && given === null;
  return Math.abs(given - part / whole) < 1e-9;
}

/** Messages promised for the window, all streams together. */
function promisedMessages({ promisedPerSecond, windowMs }: ResultBlock["rate"]): number {
  return ((promisedPerSecond ?? 0) * windowMs) / 1000;
}

/** Mode push: the promise of a phase is that of its streams, and the one of all is the sum over the measured phases. */
function brokenPromise({ totals, phases, streams, mergedFrom }: RunResult): string | null {
  if (streams === undefined) return null;
  const measured = phases.filter((phase) => phase.measured);
  const [whole, sum] = [
    promisedMessages(totals.rate),
    measured.reduce((all, { rate }) => all + promisedMessages(rate), 0),
  ];
  if (!isNear(whole, sum)) return `totals: promised ${whole} is not the sum of the phases, ${sum}`;
  // Generators of a merged result may have had windows of different lengths.
  if (mergedFrom !== undefined) return null;
  for (const { name, rate, connections } of phases) {
    const due = (streams.promisedPerSecond ?? 0) * connections.planned;
    const given = rate.promisedPerSecond ?? 0;
    if (rate.windowMs > 0 && !isNear(given, due)) {
      return `phase "${name}": rate.promisedPerSecond ${given} is not that of its streams, ${due}`;
    }
  }
  return null;
}

function isNear(given: number, due: number): boolean {
  return Math.abs(given - due) <= 1e-6 * Math.max(1, due);
}

function brokenMemory({ growthBytes, startBytes, endBytes }: ResultMemory): string | null {
  if (growthBytes === null || Math.abs(growthBytes - (endBytes - startBytes)) < 1) return null;
  return `growthBytes ${growthBytes} is not endBytes ${endBytes} - startBytes ${startBytes}`;
}

function brokenVerdict({ verdict, thresholds, end, config }: RunResult): string | null {
  const { outcome, exitCode } = verdict;
  if (!exitCodesOf[outcome].includes(exitCode)) return `verdict: ${outcome} does not end with exit code ${exitCode}`;
  const gates = thresholds.filter((check) => !check.warnOnly);
  const unheld = gates.find(
    (check) => check.outcome !== "pass" && (check.outcome !== "unresolved" || config.strict === true),
  );
  if (outcome === "pass" && unheld !== undefined) {
    return `verdict: pass, although threshold "${unheld.expression}" is ${unheld.outcome}`;
  }
  if (exitCode === 99 && unheld === undefined && end.kind !== "aborted")
    return "verdict: fail, although no threshold is";
  return null;
}
