import { fork } from "node:child_process";
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { monotonicMs } from "../../src/host/monotonic-clock.ts";

const script = new URL("../support/tell-clock.js", import.meta.url);

describe("the monotonic clock", () => {
  it.each([
    ["process", () => fork(script, { execArgv: [] })],
    ["thread", () => new Worker(script)],
  ])("has one origin with that of another %s, which began later", async (_what, start) => {
    const before = monotonicMs();
    const [there] = (await once(start(), "message")) as [number];
    const after = monotonicMs();
    expect(there).toBeGreaterThan(before);
    expect(there).toBeLessThan(after);
  });
});
