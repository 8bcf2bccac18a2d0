import { describe, expect, it } from "vitest";
import { findMetric, isMoreBetter } from "../../../src/verdict/threshold-metrics.ts";

function isMoreBetterOf(path: string): boolean {
  const found = findMetric(path);
  if ("faulty" in found) throw new Error(`${path}: "${found.faulty}" ${found.reason}`);
  return isMoreBetter(found);
}

describe("isMoreBetter", () => {
  it.each([
    ...["delivery.ratio", "rate.offered", "rate.sent", "rate.delivered", "rate.achieved"],
    ...["scaling.efficiency", "throughput.sustained", "throughput.sustainRatio"],
  ])("is so of %s", (path) => {
    expect(isMoreBetterOf(path)).toBe(true);
  });

  it.each([
    ...["latency.p99", "latency.offered.p99", "service.mean", "slip.max", "connect.p50", "generator.lag.p99"],
    ...["delivery.lost", "delivery.unsolicited", "errors.count", "errors.rate", "errors.connect.refused"],
    ...["memory.target.growth", "memory.generator.peak", "memory.slope", "generator.cpu"],
  ])("is not so of %s", (path) => {
    expect(isMoreBetterOf(path)).toBe(false);
  });
});
