import { describe, expect, it } from "vitest";
import { SampleList } from "../../../src/engine/sample-list.ts";

function listOf(
  most: number,
  count: number,
  at: (i: number) => Partial<Parameters<SampleList["push"]>[0]> = () => ({}),
) {
  const list = new SampleList(most);
  for (let i = 0; i < count; i += 1) {
    list.push({ tMs: i * 1000, generatorBytes: 100, targetBytes: null, connections: 5, delivered: i + 1, ...at(i) });
  }
  return list;
}

describe("the list of readings", () => {
  it("keeps each while there are few", () => {
    expect(listOf(100, 100).samples).toHaveLength(100);
  });

  it("is bounded however many come, and keeps the floor of all of them at even distances", () => {
    const { samples } = listOf(100, 10_000, (i) => ({
      generatorBytes: 1000 + (i % 64),
      targetBytes: i % 2 === 0 ? null : 500 + (i % 64),
    }));
    expect(samples.length).toBeGreaterThan(50);
    expect(samples.length).toBeLessThanOrEqual(100);
    expect(samples.map(({ tMs }) => tMs)).toEqual(samples.map((_, i) => i * 128_000));
    expect(samples.slice(0, -1).map(({ generatorBytes }) => generatorBytes)).toEqual(
      samples.slice(0, -1).map(() => 1000),
    );
    expect(samples.slice(0, -1).map(({ targetBytes }) => targetBytes)).toEqual(samples.slice(0, -1).map(() => 501));
    // Time and messages are of the same instant.
    expect(samples.every(({ tMs, delivered }) => delivered === tMs / 1000 + 1)).toBe(true);
  });

  it("joins no readings at different numbers of connections, nor before and after the first delivery", () => {
    const { samples } = listOf(100, 1000, (i) => ({
      connections: i < 3 ? 0 : i < 10 ? 5 : 9,
      delivered: i < 20 ? 0 : i,
      generatorBytes: 1000 - i,
    }));
    expect(samples.find(({ connections }) => connections === 5)?.tMs).toBe(3000);
    expect(samples.find(({ connections }) => connections === 9)?.tMs).toBe(10_000);
    expect(samples.find(({ delivered }) => delivered > 0)?.tMs).toBe(20_000);
    const before = samples.filter(({ connections }) => connections === 0);
    expect(Math.min(...before.map(({ generatorBytes }) => generatorBytes))).toBe(998);
  });

  it("is bounded where connections come and go all the time", () => {
    const { samples } = listOf(100, 20_000, (i) => ({ connections: i % 7, generatorBytes: 1000 + (i % 100) }));
    expect(samples.length).toBeLessThanOrEqual(100);
    expect(samples.length).toBeGreaterThan(30);
  });

  it("finds the latest of a stretch of time", () => {
    const list = listOf(100, 5);
    expect(list.within(1000, 3000)?.tMs).toBe(2000);
    expect(list.within(4500, 6000)).toBeNull();
    const long = listOf(50, 10_000);
    expect(long.within(9_950_000, 9_951_000)?.tMs).toBe(9_950_000);
    expect(new SampleList().within(0, 1000)).toBeNull();
  });
});
