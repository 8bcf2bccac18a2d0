import { expect, it } from "vitest";
import { leastLoad } from "../../../src/capacity/least-load.ts";
import { parseThreshold } from "../../../src/verdict/threshold.ts";

const conditions = (...texts: readonly string[]) => texts.map((text) => parseThreshold(text, "--until"));
const overRate = { searchSec: 10, messagesPerLoad: 1, fixedConnections: 10 };
const overConnections = { searchSec: 10, messagesPerLoad: 2, fixedConnections: null };

it("is what the percentile with the most samples needs of one trial", () => {
  expect(leastLoad(conditions("latency.p99<50ms"), overRate).load).toBe(100);
  const two = leastLoad(conditions("latency.p99<50ms", "service.p99.9<80ms"), overRate);
  expect([two.load, two.threshold?.stat]).toEqual([1000, "p99.9"]);
  expect(leastLoad(conditions("latency.p99<50ms"), overConnections).load).toBe(50);
  expect(leastLoad(conditions("latency.p99<50ms over 5s"), overRate).load).toBe(200);
});

it("is nothing for what takes no samples", () => {
  const found = leastLoad(conditions("latency.mean<50ms", "delivery.lost==0", "memory.target.peak<1GiB"), overRate);
  expect(found).toEqual({ load: 0, threshold: null });
});

it("counts connections for times to connect: where their number is fixed they are enough, or never", () => {
  expect(leastLoad(conditions("connect.p90<1s"), overConnections).load).toBe(100);
  expect(leastLoad(conditions("connect.p90<1s"), overRate).load).toBe(Infinity);
  expect(leastLoad(conditions("connect.p90<1s"), { ...overRate, fixedConnections: 100 }).load).toBe(0);
});
