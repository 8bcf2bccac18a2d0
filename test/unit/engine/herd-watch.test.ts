import { describe, expect, it } from "vitest";
import { mergeHerds } from "../../../src/engine/snapshot/merge-notes.ts";
import { HerdWatch } from "../../../src/engine/worker/herd-watch.ts";

function lose(watch: HerdWatch, connections: readonly number[], atMs: number, ready: number): void {
  for (const connection of connections) watch.lost(connection, atMs, ready);
}

describe("a herd", () => {
  it("is half of the connections lost within a second, and over when the last is back", () => {
    const watch = new HerdWatch();
    lose(watch, [0, 1, 2, 3, 4, 5], 1000, 10);
    watch.returned(0, 1100);
    for (const connection of [1, 2, 3, 4]) watch.returned(connection, 1200);
    expect(watch.herds(500)).toEqual([{ startMs: 500, connections: 6, allBackMs: null }]);
    watch.returned(5, 1750);
    expect(watch.herds(500)).toEqual([{ startMs: 500, connections: 6, allBackMs: 750 }]);
  });

  it("is none when few are lost, or one after the other", () => {
    const watch = new HerdWatch();
    lose(watch, [0, 1, 2], 1000, 10);
    for (let connection = 3; connection < 10; connection += 1) lose(watch, [connection], 2500 * connection, 10);
    lose(new HerdWatch(), [0], 0, 1);
    expect(watch.herds(0)).toEqual([]);
  });

  it("does not take in what is lost later, nor wait for it", () => {
    const watch = new HerdWatch();
    lose(watch, [0, 1, 2], 1000, 4);
    lose(watch, [3], 1900, 4);
    lose(watch, [0], 2500, 4);
    for (const connection of [1, 2, 3]) watch.returned(connection, 2600);
    expect(watch.herds(0)).toEqual([{ startMs: 1000, connections: 4, allBackMs: null }]);
  });

  it("counts a connection once that came back and was lost again before the others were back", () => {
    const watch = new HerdWatch();
    lose(watch, [0, 1, 2], 1000, 3);
    watch.returned(0, 1100);
    lose(watch, [0], 1200, 3);
    watch.returned(1, 1300);
    watch.returned(2, 1300);
    expect(watch.herds(0)).toEqual([{ startMs: 1000, connections: 3, allBackMs: null }]);
    watch.returned(0, 1400);
    expect(watch.herds(0)).toEqual([{ startMs: 1000, connections: 3, allBackMs: 400 }]);
  });

  it("is over only when the last is back for more than a moment, and holds each connection once", () => {
    const watch = new HerdWatch();
    lose(watch, [0, 1], 1000, 2);
    for (let atMs = 2500; atMs < 6000; atMs += 500) {
      watch.returned(0, atMs);
      watch.returned(1, atMs);
      lose(watch, [0, 1], atMs + 5, 2);
    }
    expect(watch.herds(0)).toEqual([{ startMs: 1000, connections: 2, allBackMs: null }]);
    watch.returned(0, 6100);
    watch.returned(1, 6200);
    expect(watch.herds(0)).toEqual([{ startMs: 1000, connections: 2, allBackMs: 5200 }]);
    lose(watch, [0, 1], 7300, 2);
    expect(watch.herds(0)).toHaveLength(2);
  });

  it("of several workers is one, over when the last of all is back", () => {
    const first = { startMs: 1000, connections: 3, allBackMs: 500 };
    expect(mergeHerds([{ startMs: 1200, connections: 4, allBackMs: 700 }, first])).toEqual([
      { startMs: 1000, connections: 7, allBackMs: 900 },
    ]);
    expect(mergeHerds([first, { startMs: 1200, connections: 4, allBackMs: null }])[0]?.allBackMs).toBeNull();
    expect(mergeHerds([first, { startMs: 2500, connections: 4, allBackMs: 1 }])).toHaveLength(2);
  });
});
