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
 * judges no threshold again, as a later version may know better than the one that did.
 */
export function brokenConclusion(result: RunResult): string | null {
  const { memory } = result;
  const named = [
    { name: "totals", block: result.totals },
    ...result.phases.map((phase) => ({ name: `phase "${phase.name}"`, block: phase })),
  ];
  for (const { name, block } of named) {
    const broken = brokenRate(block) ?? brokenAchievement(block, result.config.mode);
    if (broken !== null) return `${name}: ${broken}`;
  }
  for (const { name, startMs, endMs } of result.phases) {
    if (startMs < 0 || endMs < startMs) return `phase "${name}": it ends at ${endMs} ms and starts at ${startMs} ms`;
  }
  for (const [name, side] of [["generator", memory.generator] as const, ["target", memory.target] as const]) {
    const broken = side === null ? null : brokenMemory(side);
    if (broken !== null) return `memory.${name}: ${broken}`;
  }
  return brokenVerdict(result);
}

function brokenRate({ rate }: ResultBlock): string | null {
  for (const key of ["offeredPerSecond", "sentPerSecond"] as const) {
    if ((rate[key] === null) !== (rate.windowMs === 0)) return `rate.${key} is ${rate[key]} in ${rate.windowMs} ms`;
  }
  return null;
}

/** In mode push it is what was seen of what was promised, which the messages do not tell. */
function brokenAchievement({ rate, messages }: ResultBlock, mode: RunResult["config"]["mode"]): string | null {
  if (mode === "push") return null;
  const due = messages.offered === 0 ? null : messages.sent / messages.offered;
  const given = rate.achievedRatio;
  if (given === due || (given !== null && due !== null && Math.abs(given - due) < 1e-9)) return null;
  return `rate.achievedRatio ${given} is not sent ${messages.sent} / offered ${messages.offered}`;
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
