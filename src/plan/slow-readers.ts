import { deriveSeed, Xoshiro } from "../random/xoshiro.ts";
import type { SlowPlan } from "./plan.ts";

/** Sets this choice apart from all others that follow from the seed of a run. */
const seedOfReaders = 24;

/** How many of the connections read slowly: at least one, and never all, so that there is something to compare. */
export function slowCount({ readers }: SlowPlan, connections: number): number {
  const wanted = readers.kind === "count" ? readers.count : Math.round(readers.ratio * connections);
  return Math.max(1, Math.min(wanted, connections - 1));
}

/** Which of them, by their numbers over all workers: drawn from the seed of the run, the same in every worker. */
export function slowConnections(plan: SlowPlan, connections: number, seed: number): ReadonlySet<number> {
  const random = new Xoshiro(deriveSeed(seed, seedOfReaders));
  const numbers = Array.from({ length: connections }, (_, number) => number);
  const count = slowCount(plan, connections);
  // The beginning of a shuffle of all.
  for (let place = 0; place < count; place += 1) {
    const other = place + random.below(connections - place);
    [numbers[place], numbers[other]] = [numbers[other]!, numbers[place]!];
  }
  return new Set(numbers.slice(0, count));
}
