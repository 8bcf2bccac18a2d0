import { priorities, type PriorityShares } from "../mock-server/stream-priorities.ts";
import { readProblem, readValue, type Reading } from "../plan/reading.ts";
import { formatRatio, parseRatio } from "../units/ratio.ts";

/** One of several kinds, and what share of all it has. */
export interface NamedShare {
  readonly word: string;
  /** 0 .. 1 */
  readonly share: number;
}

/** Shares need not add up to more than this of 1: a third is written 33.3%. */
const slack = 0.002;

/** Reads `a:60%,b:30%,c:10%`: each word once, their shares together 100%. `example` is what a hint shows. */
export function readShares(text: string, example: string): Reading<readonly NamedShare[]> {
  const hint = `write what each has of the whole, for example ${example}`;
  const shares: NamedShare[] = [];
  for (const part of text.split(",")) {
    const colon = part.lastIndexOf(":");
    const word = part.slice(0, Math.max(0, colon)).trim();
    const share = parseRatio(part.slice(colon + 1));
    if (word === "" || share === null) return readProblem(`has a part "${part.trim()}" that is no share`, hint);
    if (shares.some((other) => other.word === word)) return readProblem(`has ${word} twice`, hint);
    shares.push({ word, share });
  }
  const sum = shares.reduce((total, { share }) => total + share, 0);
  if (Math.abs(sum - 1) > slack) {
    return readProblem(
      `adds up to ${formatRatio(Number(sum.toFixed(6)))}`,
      `the shares have to be 100% together: ${example}`,
    );
  }
  // What is 1 but for rounding stays as it was written.
  const scale = Math.abs(sum - 1) < 1e-9 ? 1 : sum;
  return readValue(shares.map(({ word, share }) => ({ word, share: share / scale })));
}

/** Reads the shares of the mock's classes; one that is not named has none. */
export function readPriorityShares(text: string): Reading<PriorityShares> {
  const example = "control:1%,critical:9%,important:30%,bulk:60%";
  const shares = readShares(text, example);
  if (shares.kind === "problem") return shares;
  const unknown = shares.value.find(({ word }) => !priorities.some((name) => name === word));
  if (unknown !== undefined) {
    return readProblem(`has no such class: ${unknown.word}`, `the classes are ${priorities.join(", ")}: ${example}`);
  }
  const shareOf = (name: string) => shares.value.find(({ word }) => word === name)?.share ?? 0;
  const [control, critical, important, bulk] = priorities;
  return readValue([shareOf(control), shareOf(critical), shareOf(important), shareOf(bulk)]);
}
