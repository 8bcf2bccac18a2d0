import type { PeakJudgement } from "../statistics/scalability-peak.ts";
import { levelsForPeak } from "../statistics/scalability-peak.ts";
import { formatRatio } from "../units/ratio.ts";

/** Why no peak is told, in one phrase; null when one may be. */
export function peakWords(judgement: PeakJudgement): string | null {
  switch (judgement.kind) {
    case "peak":
      return null;
    case "few-levels":
      return `no peak told: that takes ${levelsForPeak} levels, there are ${judgement.levels}`;
    case "poor-fit":
      return judgement.r2 === null
        ? "no peak told: all levels gave the same throughput"
        : `no peak told: the curve explains only ${formatRatio(Math.max(0, judgement.r2))} of the differences`;
    case "linear":
      return "linear: no peak inside or near the measured range";
    case "no-fall":
      return "no peak within the measured range: throughput levels off, but does not fall";
    case "out-of-range":
      return "no peak within the measured range: it would lie more than twice as far out as the last level";
    case "not-bent":
      return "no peak told: no level lies beyond the bend of the curve";
    case "unsure":
      return "no peak told: throughput may as well level off, as the interval of kappa reaches 0";
    case "not-seen":
      return "no peak told: throughput reaches a ceiling and stays there, where the curve would fall";
  }
}
