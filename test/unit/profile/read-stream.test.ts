import { describe, expect, it } from "vitest";
import type { StreamPlan } from "../../../src/plan/plan.ts";
import { runRequest } from "../../support/parse-command.ts";

async function streamOf(...args: string[]): Promise<StreamPlan> {
  return (await runRequest(["--mode", "push", ...args])).plan.stream!;
}

const remote = "wss://feed.example.com/";

describe("the form of streams", () => {
  it("is the mock's as a whole where nothing is said of it", async () => {
    const stream = await streamOf("--stream-rate", "8k");
    expect(stream).toMatchObject({
      promisedPerSecond: 8000,
      sequence: { kind: "text", before: '"seq":', after: "" },
      first: 1,
      subscribe: '{"type":"subscribe"}',
      stop: '{"type":"stop"}',
      end: { kind: "text", before: '{"end":true,"last":', after: "}" },
      check: { kind: "text", before: '"check":"', after: '"' },
      oneWay: { kind: "measured", clock: "monotonic-us", clockBoundMs: null },
    });
  });

  it("is the target's alone as soon as anything is said of it: nothing is sent that nobody asked for", async () => {
    expect(await streamOf("ws://127.0.0.1:1/", "--stream-sequence", "$.n")).toEqual({
      promisedPerSecond: null,
      sequence: { kind: "path", keys: ["n"] },
      ...{ first: null, subscribe: null, stop: null, end: null, check: null },
      oneWay: { kind: "unknown", reason: "the target's messages have no instant of sending" },
    });
  });

  it("is none in other modes", async () => {
    expect((await runRequest(["ws://127.0.0.1:1/"])).plan.stream).toBeNull();
  });

  it("gives the mock what is promised as its rate, unless it is to keep another", async () => {
    const mockRate = async (...args: string[]) => {
      const { target } = await runRequest(["--mode", "push", ...args]);
      return target.kind === "mock" ? [target.options.mode, target.options.streamRatePerSecond] : null;
    };
    expect(await mockRate("--stream-rate", "8k")).toEqual(["push", 8000]);
    expect(await mockRate("--stream-rate", "1000", "--mock-stream-rate", "700")).toEqual(["push", 700]);
    expect(await mockRate("--mock-stream-rate", "max")).toEqual(["push", "max"]);
    expect(await mockRate()).toEqual(["push", 1000]);
  });
});

describe("one-way latency", () => {
  const oneWay = async (...args: string[]) => (await streamOf("--stream-sequence", "$.n", ...args)).oneWay;

  it.each(["ws://127.0.0.1:1/", "ws://localhost:1/", "ws://[::1]:1/", "ws://127.3.2.1/"])(
    "is measured by the clock of this machine against %s",
    async (url) => {
      expect(await oneWay(url, "--stream-sent", "$.t")).toMatchObject({ kind: "measured", clockBoundMs: null });
    },
  );

  it("is measured for a server that floodgate starts, whatever its name", async () => {
    const args = ["ws://this-host:8080/", "--spawn", "server", "--stream-sent", "$.t"];
    expect(await oneWay(...args)).toMatchObject({ kind: "measured", clock: "epoch-ms" });
  });

  it("is not measurable on another machine, unless somebody states how far its clock may be off", async () => {
    expect(await oneWay(remote, "--stream-sent", "$.t")).toMatchObject({ kind: "unknown" });
    const bound = ["--stream-clock-bound", "2ms", "--stream-clock", "epoch-us"];
    expect(await oneWay(remote, "--stream-sent", "$.t", ...bound)).toMatchObject({
      ...{ kind: "measured", clock: "epoch-us", clockBoundMs: 2 },
    });
  });

  it("is never measurable by another machine's clock that counts from its start", async () => {
    const args = ["--stream-sent", "$.t", "--stream-clock", "monotonic-us", "--stream-clock-bound", "2ms"];
    expect(await oneWay(remote, ...args)).toMatchObject({ kind: "unknown" });
  });
});
