import { fanOutCounter, type FanOutCells } from "../../measure/fan-out-cells.ts";
import type { FanOutCounts } from "../collected-phase.ts";
import { mergeHistograms } from "./merge-histograms.ts";

/** Adds up what the workers of a broadcast have counted in one phase. */
export function readFanOut(workers: readonly FanOutCells[], phase: number): FanOutCounts {
  const cells = workers.map(({ phases }) => phases[phase]!);
  // Copies, so that all sums are of the same counts though the workers go on.
  const counts = cells.map((own) => own.counts.slice());
  const sum = (which: number): number => counts.reduce((total, own) => total + own[which]!, 0);
  return {
    presentAtSend: sum(fanOutCounter.presentAtSend),
    indeterminate: sum(fanOutCounter.indeterminate),
    indeterminateDelivered: sum(fanOutCounter.indeterminateDelivered),
    misrouted: sum(fanOutCounter.misrouted),
    timed: sum(fanOutCounter.timed),
    incomplete: sum(fanOutCounter.incomplete),
    unsettled: sum(fanOutCounter.unsettled),
    joins: sum(fanOutCounter.joins),
    leaves: sum(fanOutCounter.leaves),
    firstUs: mergeHistograms(cells.map(({ first }) => first)),
    medianUs: mergeHistograms(cells.map(({ median }) => median)),
    nearlyAllUs: mergeHistograms(cells.map(({ nearlyAll }) => nearlyAll)),
    lastUs: mergeHistograms(cells.map(({ last }) => last)),
    spreadUs: mergeHistograms(cells.map(({ spread }) => spread)),
  };
}
