import type { JobChoice } from "../plan/plan.ts";
import { readProblem, readValue, type Reading } from "../plan/reading.ts";
import { parseCount } from "../units/count.ts";
import { parseRatio } from "../units/ratio.ts";

/** Reads which jobs are meant: a share such as `5%`, or positions among the jobs of each key such as `3, 10, 12`. */
export function readJobChoice(text: string): Reading<JobChoice> {
  const hint = "write a share such as 5%, or positions from 1 such as 3, 10, 12";
  if (text.trim().endsWith("%")) {
    const ratio = parseRatio(text);
    return ratio === null ? readProblem("is not a share", hint) : readValue({ kind: "share", ratio });
  }
  const positions: number[] = [];
  for (const part of text.split(",")) {
    const position = parseCount(part);
    if (position === null || position < 1) return readProblem(`has "${part.trim()}", which is no position`, hint);
    if (positions.includes(position)) return readProblem(`has ${position} twice`, "write each position once");
    positions.push(position);
  }
  return readValue({ kind: "positions", positions });
}
