import { describe, expect, it } from "vitest";
import { renderLiveView, renderProgressLine, type LiveFacts } from "../../../src/report/live-view.ts";
import type { RunResult } from "../../../src/result/run-result.ts";
import { reportCases } from "../../support/report-cases.ts";
import { noTimes, sampleBlock, sampleInterval, samplePhase, sampleResult } from "../../support/sample-result.ts";

const facts: LiveFacts = {
  stage: "load",
  phases: [
    { name: "warm-up", durationMs: 2000 },
    { name: "steady", durationMs: 18_000 },
  ],
  offeredPerSecond: 1000,
};
const running = sampleResult({
  end: { kind: "running", reason: null },
  durationMs: 8100,
  phases: [samplePhase("warm-up", 100, 2, 2000, { measured: false }), samplePhase("steady", 2100, 6, 6000)],
  intervals: [sampleInterval(6100, 1000), sampleInterval(7100, 998), sampleInterval(8100, 12, { lengthMs: 15 })],
});
const connecting: RunResult = {
  ...running,
  durationMs: 40,
  phases: [],
  intervals: [],
  totals: sampleBlock(0, 1, { connections: { ...running.totals.connections, connectUs: noTimes, openAtEnd: 3 } }),
};
const lineOf = (text: string, label: string) => text.split("\n").find((line) => line.startsWith(label)) ?? "";

describe("renderLiveView", () => {
  it("shows how far the run is, over all phases", () => {
    const [first = ""] = renderLiveView(running, facts, 100).split("\n");
    expect(first).toMatch(/^\[#+\.+\] {2}40% {2}load: steady \(2 of 2\) {2}8\.0 s done, 12\.0 s left$/);
  });

  it("shows the last whole second, not the one that has just begun", () => {
    const text = renderLiveView(running, facts, 100);
    expect(lineOf(text, "rate/s")).toMatch(/offered 1,000 +sent 998 +delivered 998/);
    expect(lineOf(text, "latency")).toMatch(/now p50 1\.020 ms +p99 3\.160 ms +run p50/);
    expect(lineOf(text, "memory")).toMatch(/generator 90 MiB +target 60 MiB/);
    expect(lineOf(text, "health")).toContain("[PASS] ok");
  });

  it("names what is done before any phase has begun, and shows dashes for what is not known", () => {
    const text = renderLiveView(connecting, { ...facts, stage: "connecting", offeredPerSecond: null }, 100);
    expect(text).toMatch(/^\[\.+\] +0% {2}connecting {2}0\.0 s done, 20\.0 s left$/m);
    expect(lineOf(text, "rate/s")).toMatch(/offered - +sent - +delivered -$/);
    expect(lineOf(text, "conns")).toContain("open 3");
  });

  it("says at once why the generator is limited", () => {
    const generator = { ...running.generator, health: "limited" as const, reasons: ["slip p99 was 30 ms"] };
    expect(lineOf(renderLiveView({ ...running, generator }, facts, 100), "health")).toContain(
      "[WARN] limited: slip p99 was 30 ms",
    );
  });

  it("shows what is promised and seen in mode push, where nothing is sent", () => {
    const pushed = { ...running, config: { ...running.config, mode: "push" } } as const;
    expect(lineOf(renderLiveView(pushed, facts, 100), "rate/s")).toMatch(/^rate\/s +promised 1,000 +seen 998$/);
    expect(renderProgressLine(pushed, facts)).toContain(" promised=1000 seen=998 ");
  });

  it("calls the time of a closed loop by its name", () => {
    const phases = [samplePhase("max", 0, 5, 5000, { loop: "closed" })];
    const text = renderLiveView({ ...running, phases }, { ...facts, offeredPerSecond: null }, 100);
    expect(lineOf(text, "service")).not.toBe("");
    expect(lineOf(text, "rate/s")).toContain("offered max");
  });

  it.each([200, 100, 80, 40])("never wraps on a terminal of %d columns, and stays ASCII", (columns) => {
    const phases = [{ name: "a phase with quite a long name \u00e9\u001b[31m", durationMs: 1e9 }];
    const named = { ...running, phases: [samplePhase(phases[0]!.name, 0, 5, 5000)] };
    for (const line of renderLiveView(named, { ...facts, phases }, columns).split("\n")) {
      expect(line.length).toBeLessThan(columns);
      expect(line).toMatch(/^[ -~]*$/);
      expect(line).not.toMatch(/NaN|undefined|null/);
    }
  });
});

describe("renderProgressLine", () => {
  it("keeps its columns for whoever greps them", () => {
    expect(renderProgressLine(running, facts)).toBe(
      "t=8s phase=steady done=40% offered=1000 sent=998 delivered=998 p50=1.020ms p99=3.160ms lost=0 " +
        "conns=10 errors=0 target_mem=60MiB health=ok",
    );
  });

  it("has a dash for what is not known, so that no column is ever missing", () => {
    expect(renderProgressLine(connecting, { ...facts, stage: "connecting", offeredPerSecond: null })).toBe(
      "t=0s phase=(connecting) done=0% offered=- sent=- delivered=- p50=- p99=- lost=0 " +
        "conns=3 errors=0 target_mem=- health=ok",
    );
  });

  it("shows nothing of the last second of load while it waits for answers", () => {
    expect(renderProgressLine(running, { ...facts, stage: "draining", offeredPerSecond: null })).toContain(
      "phase=(draining) done=40% offered=- sent=- delivered=- p50=- p99=-",
    );
  });

  it("shows nothing of the segment before once the next has begun", () => {
    const phases = [...running.phases, samplePhase("more", 9000, 0, 0, { segment: 1 })];
    expect(renderProgressLine({ ...running, phases }, facts)).toContain("phase=more done=100% offered=1000 sent=- ");
  });

  it("keeps its line below 150 columns at ten thousand messages a second", () => {
    const intervals = [sampleInterval(6100, 10_000)];
    const line = renderProgressLine({ ...running, intervals }, { ...facts, offeredPerSecond: 10_000 });
    expect(line.length).toBeLessThan(150);
  });

  it("keeps a phase name in one column", () => {
    const phases = [samplePhase("two words", 0, 5, 5000)];
    expect(renderProgressLine({ ...running, phases }, facts)).toContain(" phase=twowords ");
  });
});

describe("what the live view shows where there is such a thing", () => {
  const seconds = [1000, 1000, 3000, null, 9000, 5000].map((p99, second) =>
    sampleInterval(second * 1000, 100, {
      latencyUs: { count: 100, p50: 900, p95: 950, p99, max: 10_000, hdr: null },
      generatorRssBytes: (90 + second) * 2 ** 20,
      targetRssBytes: second < 3 ? null : 60 * 2 ** 20 - second * 2 ** 10,
    }),
  );

  it("draws the p99 of the last seconds over the levels from its lowest to its highest", () => {
    const text = renderLiveView({ ...running, intervals: seconds }, facts, 100);
    expect(lineOf(text, "p99")).toBe("p99      __- #=  1.000 ms to 9.000 ms");
    expect(lineOf(renderLiveView({ ...running, intervals: seconds.slice(0, 5) }, facts, 100), "p99")).toBe("");
  });

  it("tells how memory has changed within the last minute", () => {
    const text = renderLiveView({ ...running, intervals: seconds }, facts, 100);
    expect(lineOf(text, "last min")).toMatch(/^last min generator \+5 MiB +target -2 KiB$/);
    const long = [
      sampleInterval(0, 1, { generatorRssBytes: 1 }),
      ...seconds.map((each) => ({ ...each, tMs: each.tMs + 70_000 })),
    ];
    expect(lineOf(renderLiveView({ ...running, intervals: long }, facts, 100), "last min")).toContain(
      "generator +5 MiB",
    );
    expect(renderLiveView({ ...running, intervals: seconds.slice(0, 1) }, facts, 100)).not.toContain("last min");
  });

  it("shows retries, what waits and the breaker while connections come back", () => {
    const resilience = reportCases.resilience!.resilience!;
    const text = renderLiveView({ ...running, resilience }, facts, 100);
    expect(lineOf(text, "outages")).toMatch(/away 2 +of 30 +retries ok 68\.29% +breaker not closed x 1$/);
    expect(lineOf(text, "buffer")).toMatch(/waiting 20 +most 100 of 100 +overflowed 12$/);
    const breaker = { ...resilience.breaker!, notClosedAtEnd: 0 };
    const closed = { ...running, resilience: { ...resilience, buffer: null, breaker } };
    expect(lineOf(renderLiveView(closed, facts, 100), "outages")).toContain("breaker closed");
    expect(renderLiveView(closed, facts, 100)).not.toContain("buffer");
    expect(renderLiveView(running, facts, 100)).not.toContain("outages");
  });
});
