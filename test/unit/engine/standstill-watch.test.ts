import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { StandstillWatch } from "../../../src/engine/worker/standstill-watch.ts";
import { healthCell } from "../../../src/measure/worker-cells.ts";

let nowMs = 0;
let cells = new Float64Array(healthCell.length);
let watch = new StandstillWatch(cells, () => nowMs);

beforeEach(() => {
  vi.useFakeTimers();
  nowMs = 0;
  cells = new Float64Array(healthCell.length);
  watch = new StandstillWatch(cells, () => nowMs);
});
afterEach(() => {
  watch.enter("none");
  vi.useRealTimers();
});

/** The loop turns for `ms`, each timer in time. */
function run(ms: number): void {
  for (let passed = 0; passed < ms; passed += 10) {
    nowMs += 10;
    vi.advanceTimersByTime(10);
  }
}

/** The clock goes on, and the loop does not. */
function standStill(ms: number): void {
  nowMs += ms;
}

const told = () => ({
  loadMs: cells[healthCell.stalledMs],
  longestLoadMs: cells[healthCell.longestStallMs],
  connectingMs: cells[healthCell.connectStalledMs],
  longestConnectingMs: cells[healthCell.connectLongestStallMs],
});

test("adds up every standstill of more than 20 ms, and keeps the longest; several in a second too", () => {
  watch.enter("load");
  run(100);
  for (const ms of [60, 500, 30]) {
    standStill(ms);
    run(50);
  }
  expect(told()).toEqual({ loadMs: 590, longestLoadMs: 500, connectingMs: 0, longestConnectingMs: 0 });
});

test("takes a late timer of up to 20 ms for no standstill", () => {
  watch.enter("load");
  for (let time = 0; time < 10; time += 1) {
    standStill(20);
    run(50);
  }
  expect(told().loadMs).toBe(0);
});

test("tells apart how much of it fell into a drain, and how long that was watched", () => {
  watch.enter("load");
  run(50);
  standStill(100);
  watch.enter("drain");
  run(50);
  standStill(300);
  watch.enter("none");
  run(50);
  expect(told()).toMatchObject({ loadMs: 380, longestLoadMs: 290 });
  expect(cells[healthCell.drainStalledMs]).toBe(290);
  expect(cells[healthCell.drainMs]).toBe(350);
});

test("books a standstill under what the worker was doing when it began", () => {
  watch.enter("connecting");
  run(50);
  standStill(300);
  watch.enter("load");
  run(50);
  standStill(100);
  watch.enter("none");
  standStill(1000);
  run(50);
  expect(told()).toMatchObject({ connectingMs: 290, longestConnectingMs: 290, loadMs: 90, longestLoadMs: 90 });
});
