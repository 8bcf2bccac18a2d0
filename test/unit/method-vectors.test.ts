import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { nextStep } from "../../src/capacity/capacity-search.ts";
import type { SearchTrial } from "../../src/capacity/search-trial.ts";
import { judgeGenerator } from "../../src/measure/generator-verdict.ts";
import { decodeHdr, encodeHdr, encodeHistogramV2, encodeZigZag, readHdrHeader } from "../../src/measure/hdr-codec.ts";
import { Histogram, highestOfCell, histogramCells, lowestOfCell, medianOfCell } from "../../src/measure/histogram.ts";
import { leakVerdict, memoryPerConnection, memoryPerMessage } from "../../src/measure/memory-growth.ts";
import { checkLittlesLaw, messageTimes, recordBackFilled } from "../../src/measure/message-times.ts";
import { hgrmLine, percentileRows } from "../../src/measure/percentile-rows.ts";
import { connectionOfArrival, makeArrivals } from "../../src/plan/arrivals.ts";
import { isTooLate } from "../../src/plan/late-policy.ts";
import type { PacingPlan } from "../../src/plan/plan.ts";
import { crc32, crc32c } from "../../src/random/crc32.ts";
import { splitmix32, Xoshiro } from "../../src/random/xoshiro.ts";
import { peakWords } from "../../src/result/peak-words.ts";
import { expectedFanOut } from "../../src/statistics/fan-out.ts";
import { kneeByPower } from "../../src/statistics/knee.ts";
import {
  classifyLoad,
  conditionalThroughput,
  type LoadGoal,
  type LoadTrial,
} from "../../src/statistics/load-classification.ts";
import { lossPattern } from "../../src/statistics/loss-pattern.ts";
import { percentileNearestRank } from "../../src/statistics/percentile.ts";
import { clopperPearson, wilson, zeroLossUpperBound } from "../../src/statistics/ratio-interval.ts";
import { reorderDensity } from "../../src/statistics/reorder-density.ts";
import { analyseReordering, freeRunsOf, kendallDistance } from "../../src/statistics/reordering.ts";
import { fitScalability, predictThroughput } from "../../src/statistics/scalability-law.ts";
import { judgePeak } from "../../src/statistics/scalability-peak.ts";
import { scalingSteps } from "../../src/statistics/scaling-steps.ts";
import { binomialCdf, normalCdf, normalQuantile, studentQuantile } from "../../src/statistics/special-functions.ts";
import { mannKendall, theilSen } from "../../src/statistics/trend.ts";
import { expandValues, expectVector, methodVectors } from "../support/method-vectors.ts";
import { foldDeliveries, type ReceivedFrame } from "../support/reference-ledger.ts";

/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-return -- every vector has its own shape */

/** What the shipped functions make of each vector's input. */
const results: Readonly<Record<string, (input: any) => unknown>> = {
  "prng.xoshiro128ss.state1234": ({ state, n }) => drawn(n, Xoshiro.fromState(state), (random) => random.u32()),
  "prng.splitmix32.seed42": ({ seed, n }) => splitmix32(seed, n),
  "prng.f53.seed42": ({ seed, n }) => drawn(n, new Xoshiro(seed), (random) => random.f53()),
  "prng.below7.seed1": ({ seed, n, count }) => drawn(count, new Xoshiro(seed), (random) => random.below(n)),
  "special.normCdf": ({ z }) => z.map(normalCdf),
  "special.normInv": ({ p }) => p.map(normalQuantile),
  "special.tInv": ({ p, df }) => df.map((freedom: number) => studentQuantile(p, freedom)),
  "special.binomCdf": ({ cases }) => cases.map(([k, n, p]: number[]) => binomialCdf(k!, n!, p!)),

  "schedule.ramp.up": (input) => rampAt(input, [0, 1, 250, 499]),
  "schedule.ramp.down": (input) => rampAt(input, [0, 1, 375, 749]),
  "schedule.assign.roundrobin": ({ arrivals, connections }) => {
    const connection = Array.from({ length: arrivals }, (_, i) => connectionOfArrival(i, connections));
    const perConnection = Array.from({ length: connections }, (_, c) => connection.filter((own) => own === c).length);
    return { connection, perConnection };
  },
  "schedule.behind.catchup": (input) => runWithStall(input, { onLate: "catch-up", maxSlipMs: 0 }),
  "schedule.behind.skip": (input) => runWithStall(input, { onLate: "skip", maxSlipMs: input.maxSlipSec * 1000 }),
  "co.tene.hiccup": ({ values, expectedInterval }) => {
    const naive = viaFile(histogramOf(values));
    const corrected = Histogram.empty();
    for (const [value, times] of expandValues(values)) recordBackFilled(corrected, value, expectedInterval, times);
    return { naive: summary(naive), corrected: summary(viaFile(corrected)) };
  },
  "co.openVsClosed": ({ open, closed }) => ({ open: openLoop(open), closed: closedLoop(closed) }),
  "latency.decomposition": ({ intended, sent, received }) => {
    const { latency, service, slip } = messageTimes(intended, sent, received);
    return { response: latency, service, slip };
  },
  "saturation.verdict": (cases) =>
    cases.map(({ elu, ...signals }: any) => {
      const unknown = { throttledRatio: null, stealRatio: null, clockErrors: 0 };
      const words = { ok: "valid", degraded: "degraded", limited: "invalid" } as const;
      return words[judgeGenerator({ ...unknown, ...signals, utilization: elu }).health];
    }),

  "hdr.relativeError": () => {
    let [maxWidthOverLowest, maxReportedOverTrueBelow] = [0, 0];
    // Below 2048 every value has a cell of its own.
    for (let cell = 2048; cell < histogramCells; cell++) {
      const [lowest, highest] = [lowestOfCell(cell), highestOfCell(cell)];
      maxWidthOverLowest = Math.max(maxWidthOverLowest, (highest - lowest + 1) / lowest);
      maxReportedOverTrueBelow = Math.max(maxReportedOverTrueBelow, (highest + 1) / lowest);
    }
    return { maxWidthOverLowest, maxReportedOverTrueBelow };
  },
  "hdr.percentile.rounding": ({ values, p }) => percentiles(histogramOf(values), p),
  "hdr.percentile.999of1000": ({ values, p }) => percentiles(histogramOf(values), p),
  "hdr.edge.single": ({ values, p }) => percentiles(histogramOf(values), p),
  "hdr.edge.empty": ({ values }) => summary(histogramOf(values)),
  "percentile.nearestRank.rfc2330": ({ values, p }) => p.map((one: number) => percentileNearestRank(values, one)),
  "percentile.lostIsInfinite.rfc2681": ({ received, lost, p }) => {
    const histogram = histogramOf(received);
    return p.map((one: number) => histogram.percentileOffered(one, lost));
  },
  "hdr.merge": ({ a, b }) => {
    const [first, second] = [histogramOf(a), histogramOf(b)];
    const wrongMeanOfP99s = (viaFile(first).percentile(99)! + viaFile(second).percentile(99)!) / 2;
    const merged = Histogram.empty();
    merged.add(first);
    merged.add(second);
    return { ...summary(viaFile(merged)), wrongMeanOfP99s };
  },
  "hdr.zigzag": ({ values }) => values.map((value: number) => hex(encodeZigZag(value))),
  "hdr.v2.uncompressed.123": ({ values, highest }) => ({ hex: hex(encodeHistogramV2(histogramOf(values), highest)) }),
  "hdr.v2.compressed.decode": ({ base64 }) => {
    const counts: Record<number, number> = {};
    decodeHdr(base64).forEachCell((cell, count) => (counts[medianOfCell(cell)] = count));
    return { ...summary(decodeHdr(base64)), ...readHdrHeader(base64), counts };
  },
  "hdr.v2.compressed.decode10k": ({ base64 }) => summary(decodeHdr(base64)),
  "hdr.v2.compressed.decodeJs": ({ base64 }) => ({
    ...summary(decodeHdr(base64)),
    headerNormalizingOffset: readHdrHeader(base64).normalizingOffset,
  }),
  "hdr.v2.compressed.decodeReadme": ({ base64 }) => summary(decodeHdr(base64)),
  "hdr.hgrm.rows": ({ values, ticksPerHalfDistance }) =>
    percentileRows(histogramOf(values), ticksPerHalfDistance).map((row) => [
      row.value,
      row.quantile,
      row.cumulativeCount,
    ]),
  "hdr.hgrm.line": ({ value, percentile, count, scale }) =>
    hgrmLine({ value, quantile: percentile, cumulativeCount: count }, scale),
  "hdr.clampToExactMax": ({ values, p }) => ({
    bucketTop: percentiles(viaFile(histogramOf(values)), p),
    reported: percentiles(histogramOf(values), p),
  }),

  "reorder.rfc4737.table1": reordering,
  "reorder.rfc4737.table2": reordering,
  "reorder.rfc4737.table4": reordering,
  "reorder.rfc4737.block": reordering,
  "reorder.lossIsNotReordering": reordering,
  "reorder.duplicateIsNotReordering": reordering,
  "reorder.freeRuns": ({ cases }) => cases.map((runs: number[]) => freeRunsOf(runs)),
  "reorder.rfc5236.example4": density,
  "reorder.rfc5236.example5": density,
  "reorder.rfc5236.buffer": density,
  "loss.rfc3357.stream": ({ lost, delta }) => lossPattern(lost.map(Boolean), delta),
  "loss.rfc3357.periods": ({ lost, delta }) => lossPattern(lost.map(Boolean), delta),
  "loss.none": ({ lost, delta }) => lossPattern(lost.map(Boolean), delta),
  "delivery.ledger": ({ planned, received, lateAfterSec, drainEndSec }) => {
    const frames = received.map(([id, recipient, at, valid]: any): ReceivedFrame => ({ id, recipient, at, valid }));
    return foldDeliveries(planned, frames, lateAfterSec, drainEndSec);
  },
  "fanout.expected": ({ subscribers, publisher, sentAt, guardSec }) => {
    const list = Object.entries<any>(subscribers).map(([id, times]) => ({ id, ...times }));
    return {
      excludingPublisher: expectedFanOut(list, sentAt, publisher, guardSec),
      includingPublisher: expectedFanOut(list, sentAt, null, guardSec),
    };
  },
  "fanout.static": ({ subscribersStatic, messages, excludePublisher }) => {
    const list = Array.from({ length: subscribersStatic }, (_, i) => ({ id: `s${i}`, joined: 0, left: null }));
    const sentAt = Array.from({ length: messages }, (_, i) => i + 1);
    return { expected: expectedFanOut(list, sentAt, excludePublisher ? "s0" : null, 0.2).expected };
  },
  "order.totalOrder.inversions": ({ reference, received }) => {
    const { inversions, maxPairs, distance } = kendallDistance<string>(reference, received);
    return { inversions, maxPairs, kendallDistance: distance };
  },
  "integrity.crc32": ({ ascii }) => ({
    crc32: crc32(Buffer.from(ascii)).toString(16),
    crc32c: crc32c(Buffer.from(ascii)).toString(16),
  }),
  "ratio.clopperPearson": ({ cases, confidence }) => intervals(clopperPearson, cases, confidence),
  "ratio.wilson": ({ cases, confidence }) => intervals(wilson, cases, confidence),
  "ratio.zeroLossUpper": ({ n, confidence }) => n.map((sent: number) => zeroLossUpperBound(sent, confidence)),
  "little.check": ({ throughputPerSec, meanLatencySec, meanInFlight }) =>
    checkLittlesLaw(throughputPerSec, meanLatencySec, meanInFlight),

  "usl.fit.raytracer6": scalabilityFit,
  "usl.fit.usltest": scalabilityFit,
  "usl.fit.exact": scalabilityFit,
  "usl.fit.linear": scalabilityFit,
  "usl.predict": ({ n, ...law }) => n.map((one: number) => predictThroughput(law, one)),
  "scaling.efficiency": ({ steps }) => scalingSteps(steps),
  "knee.power": ({ points }) => kneeByPower(points),
  "capacity.mlrsearch.point3": loadClasses,
  "capacity.mlrsearch.point4": loadClasses,
  "capacity.mlrsearch.point5": loadClasses,
  "capacity.mlrsearch.point6": loadClasses,
  "capacity.mlrsearch.conditionalThroughput": ({ loadPerSec, goals, trials }) =>
    perGoal(goals, (goal) => conditionalThroughput(loadPerSec, loadTrials(trials), goal)),
  "capacity.search.7300": capacitySearch,
  "capacity.search.startTooHigh": capacitySearch,

  "trend.theilSen.outlier": ({ t, y, confidence }) => trendLine(t, y, confidence),
  "trend.theilSen.tiesInT": ({ t, y, confidence }) => trendLine(t, y, confidence),
  "trend.mk.rising": trendTest,
  "trend.mk.exact8": trendTest,
  "trend.mk.flat": trendTest,
  "trend.mk.falling": trendTest,
  "memory.perMessage": ({ slopeBytesPerSec, goodputPerSec, connections, rssMiB }) => ({
    bytesPerMessage: memoryPerMessage(slopeBytesPerSec, goodputPerSec),
    bytesPerConnection: memoryPerConnection(
      connections.map((count: number, i: number) => ({ connections: count, bytes: rssMiB[i] * 1024 * 1024 })),
    ),
  }),
  "memory.verdict": (cases) =>
    cases.map((one: any) =>
      leakVerdict({
        pIncreasing: one.pIncreasing,
        slopeLowBytesPerSecond: one.slopeLoBytesPerMin / 60,
        growthBytes: one.growthBytes,
        baselineBytes: one.baselineBytes,
        steadyMs: one.minutes * 60_000,
      }),
    ),
};

/** Vectors run elsewhere, beside the code they pin: the folder whose tests name them. */
const elsewhere: Readonly<Record<string, string>> = {
  "memory.proc.parse": "test/unit/target",
  "memory.prometheus.parse": "test/unit/target",
  "mwu.benchstat.json": "test/unit/statistics",
  "mwu.benchstat.gob": "test/unit/statistics",
  "geomean.benchstat": "test/unit/statistics",
  "geomean.edge": "test/unit/statistics",
  hodgesLehmann: "test/unit/statistics",
  "hodgesLehmann.ratio": "test/unit/statistics",
  cliffsDelta: "test/unit/statistics",
  "ratio.fieller": "test/unit/statistics",
  "kalibera.variances": "test/unit/statistics",
  "kalibera.optimalReps": "test/unit/statistics",
  "ks.histograms": "test/unit/statistics",
  "multiple.holm": "test/unit/statistics",
  "multiple.bh": "test/unit/statistics",
  "aa.noiseFloor": "test/unit/statistics",
  "gate.retry": "test/unit/statistics",
  "bootstrap.ratioOfQuantiles": "test/unit/statistics",
  "verdict.ratio": "test/unit/compare",
  "throughput.sustained": "test/unit/statistics",
  "throughput.sustained.dip": "test/unit/statistics",
  "throughput.intervals": "test/unit/result",
  "steady.mser5.decay": "test/unit/statistics",
  "steady.mser5.ramp": "test/unit/statistics",
  autocorrelation: "test/unit/statistics",
  "batchMeans.ci": "test/unit/statistics",
  effectiveSampleSize: "test/unit/statistics",
  "quantileCi.ranks": "test/unit/statistics",
  "quantileCi.ranksNormal": "test/unit/statistics",
  "quantileCi.hdr": "test/unit/statistics",
  "sampleSize.oneSided": "test/unit/statistics",
  "sampleSize.resolution": "test/unit/statistics",
  "threshold.parse.ok": "test/unit/verdict",
  "threshold.parse.bad": "test/unit/verdict",
  "threshold.evaluate": "test/unit/verdict",
  "threshold.confident": "test/unit/verdict",
  "close.classify": "test/unit/transport",
  "error.classify": "test/unit/transport",
};

describe("method vectors", () => {
  it.each(Object.keys(results))("%s", (id) => {
    const vector = methodVectors.find((candidate) => candidate.id === id);
    expectVector(id, results[id]!(vector?.input));
  });

  it("leave none out", () => {
    const covered = [...Object.keys(results), ...Object.keys(elsewhere)].sort();
    expect(covered).toEqual(methodVectors.map((vector) => vector.id).sort());
  });

  it.each(Object.entries(elsewhere))("%s is run in %s", (id, folder) => {
    const directory = new URL(`../../${folder}/`, import.meta.url);
    const files = existsSync(directory) ? readdirSync(directory).filter((name) => name.endsWith(".test.ts")) : [];
    const texts = files.map((name) => readFileSync(new URL(name, directory), "utf8"));
    expect(texts.some((text) => text.includes(`"${id}"`))).toBe(true);
  });

  it("are compared by their own tolerance, and can fail", () => {
    expectVector("special.binomCdf", [0.171875, 0.0867321783848443, 0.08241231951608222, 0.36769542477096406]);
    expect(() => expectVector("special.binomCdf", [0.1719, 0.0867, 0.0824, 0.3677])).toThrow(/binomCdf/);
    expect(() => expectVector("special.binomCdf", [0.171875])).toThrow(/list of 4/);
    expect(() => expectVector("hdr.edge.empty", { n: 0, p99: 0, min: null, max: null, mean: null })).toThrow(/p99/);
    expect(() => expectVector("hdr.edge.empty", { n: 0, p99: null, min: null, max: null })).toThrow(/mean/);
    expect(() => expectVector("percentile.lostIsInfinite.rfc2681", [110, 500, 500])).toThrow(/Infinity/);
  });
});

function drawn(count: number, random: Xoshiro, draw: (random: Xoshiro) => number): readonly number[] {
  return Array.from({ length: count }, () => draw(random));
}

function histogramOf(values: unknown): Histogram {
  const histogram = Histogram.empty();
  for (const [value, times] of expandValues(values)) histogram.record(value, times);
  return histogram;
}

/** As it is after a file: exact sum and extremes gone, as in the tools the vectors come from. */
function viaFile(histogram: Histogram): Histogram {
  return decodeHdr(encodeHdr(histogram));
}

function percentiles(histogram: Histogram, p: readonly number[]): readonly (number | null)[] {
  return p.map((one) => histogram.percentile(one));
}

function summary(histogram: Histogram): Readonly<Record<string, number | null>> {
  const named = [50, 75, 99, 99.9, 99.99].map((p) => [`p${p}`, histogram.percentile(p)] as const);
  const { count, min, max, mean } = histogram;
  return { n: count, min, max, mean, ...Object.fromEntries(named) };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

function rampAt({ from, to, durationSec }: any, index: readonly number[]): unknown {
  const load = { kind: "ramp", arrival: "constant", fromPerSecond: from, toPerSecond: to } as const;
  const arrivals = makeArrivals(load, durationSec * 1000, null, 0);
  return { count: arrivals.count, index, t: index.map((i) => arrivals.atMs(i) / 1000) };
}

function instantsSec(rate: number, durationSec: number): readonly number[] {
  const load = { kind: "constant", arrival: "constant", ratePerSecond: rate } as const;
  const arrivals = makeArrivals(load, durationSec * 1000, null, 0);
  return Array.from({ length: arrivals.count! }, (_, i) => arrivals.atMs(i) / 1000);
}

/** A generator that sends everything at its time, but is frozen for a while. */
function runWithStall({ rate, durationSec, stall }: any, policy: Pick<PacingPlan, "onLate" | "maxSlipMs">): unknown {
  const [from, to] = stall as [number, number];
  const due = instantsSec(rate, durationSec);
  const slips = due.map((at) => (at >= from && at < to ? to - at : 0));
  const sent = slips.filter((slip) => !isTooLate(slip * 1000, policy));
  return {
    offered: due.length,
    sent: sent.length,
    skipped: due.length - sent.length,
    maxSlip: Math.max(...sent),
    slipOver100ms: sent.filter((slip) => slip > 0.1).length,
  };
}

/** The server of co.openVsClosed: one at a time, 1 ms each, frozen for the last second of every ten. */
function makeServer(): (arrival: number) => number {
  let free = 0;
  return (arrival) => {
    const start = Math.max(arrival, free);
    const starts = start % 10 >= 9 ? Math.ceil(start / 10) * 10 : start;
    free = starts + 0.001;
    return free;
  };
}

function openLoop({ rate, durationSec }: any): unknown {
  const serve = makeServer();
  return spread(instantsSec(rate, durationSec).map((at) => serve(at) - at));
}

function closedLoop({ firstSendSec, untilSec }: any): unknown {
  const serve = makeServer();
  const responses: number[] = [];
  for (let at = firstSendSec as number; at < untilSec;) {
    const done = serve(at);
    responses.push(done - at);
    at = Math.max(done, at + 0.01);
  }
  return spread(responses);
}

function spread(values: readonly number[]): unknown {
  const [p50, p90, p99, max] = [50, 90, 99, 100].map((p) => percentileNearestRank(values, p));
  return { n: values.length, p50, p90, p99, max };
}

function reordering({ arrivals, dstTimeMs }: any): unknown {
  const { freeRuns, discontinuities, lateTimes, ...rest } = analyseReordering(arrivals, dstTimeMs ?? null);
  return { ...rest, ...freeRuns, discontinuityArrivalIndex: discontinuities, lateTimeMs: lateTimes };
}

function density({ arrivals, DT }: any): unknown {
  const found = reorderDensity(arrivals, DT);
  return {
    RI: found.receiveIndexes,
    D: found.displacements,
    RD: found.density,
    RBD: found.bufferDensity,
    N: found.count,
  };
}

function intervals(of: typeof wilson, cases: readonly (readonly number[])[], confidence: number): unknown {
  return cases.map(([k, n]) => {
    const { low, high } = of(k!, n!, confidence);
    return [low, high];
  });
}

function trendLine(t: readonly number[], y: readonly number[], confidence: number): unknown {
  const { slope, intercept, low, high } = theilSen(t, y, confidence)!;
  const [meanT, meanY] = [t, y].map((values) => values.reduce((sum, value) => sum + value, 0) / values.length);
  const covariance = t.reduce((sum, value, i) => sum + (value - meanT!) * (y[i]! - meanY!), 0);
  const leastSquaresSlope = covariance / t.reduce((sum, value) => sum + (value - meanT!) ** 2, 0);
  return { slope, intercept, lo: low, hi: high, leastSquaresSlope };
}

function trendTest({ y }: any): unknown {
  const { score, variance, z, ...rest } = mannKendall(y);
  return { S: score, var: variance, Z: z, ...rest };
}

function scalabilityFit({ n, x }: any): unknown {
  const levels = n.map((one: number, i: number) => ({ n: one, x: x[i] }));
  const fit = fitScalability(levels)!;
  return { ...fit, verdict: peakWords(judgePeak(fit, levels)) };
}

function loadClasses({ goals, trials }: any): unknown {
  return perGoal(goals, (goal) => classifyLoad(loadTrials(trials), goal));
}

function perGoal(goals: any, of: (goal: LoadGoal) => unknown): unknown {
  const read = ({ final, dsum, loss, exceed }: any): LoadGoal => ({
    finalSec: final,
    durationSumSec: dsum,
    lossRatio: loss,
    exceedRatio: exceed,
  });
  return Object.fromEntries(Object.entries(goals).map(([name, goal]) => [name, of(read(goal))]));
}

function loadTrials(trials: any): readonly LoadTrial[] {
  return trials.flatMap(({ count, ...trial }: any) => Array.from({ length: count }, () => trial));
}

/** A target that holds any load up to its capacity; the trials that make sure of the bounds are no part of the vector. */
function capacitySearch({ capacity, start, width }: any): unknown {
  const plan = { start, width, floor: 1, ceiling: 1e9, isWhole: false, searchSec: 10, finalSec: 30 };
  const trials: SearchTrial[] = [];
  for (;;) {
    const step = nextStep(trials, plan);
    if (step.kind === "done") {
      const searched = trials.filter(({ kind }) => kind === "search");
      const loads = searched.map(({ load }) => load);
      return { loads, passed: searched.map(({ outcome }) => outcome === "held"), ...step.bounds };
    }
    trials.push({ load: step.load, kind: step.trial, outcome: step.load <= capacity ? "held" : "failed" });
  }
}
