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
      ...{ first: null, subscribe: null, stop: null, end: null, check: null, priority: null, slow: null },
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

describe("priorities", () => {
  const classes = ["control", "critical", "important", "bulk"];

  it("are none where nobody asks for them", async () => {
    expect((await streamOf()).priority).toBeNull();
    expect((await streamOf("ws://127.0.0.1:1/", "--stream-sequence", "$.n")).priority).toBeNull();
  });

  it("are those of the mock where it keeps a queue, and the mock keeps one where they are asked for", async () => {
    for (const args of [
      ["--mock-stream-queue", "50"],
      ["--mock-stream-timeout", "2s"],
      ["--stream-priorities", classes.join()],
    ]) {
      const { plan, target } = await runRequest(["--mode", "push", ...args]);
      expect(plan.stream!.priority).toMatchObject({ names: classes, isNumbered: true });
      expect(plan.stream!.sequence).toMatchObject({ before: '"prioritySeq":' });
      expect(plan.stream!.end).toBeNull();
      expect(plan.stream!.priority!.ends[1]).toEqual({ kind: "path", keys: ["critical", "last"] });
      expect(plan.stream!.priority!.givenUp[3]).toEqual({ kind: "path", keys: ["bulk", "givenUp"] });
      expect(target).toMatchObject({ options: { streamQueue: { limit: args[1] === "50" ? 50 : 100 } } });
    }
  });

  it("have the form of a mock elsewhere, too, when their names are given alone", async () => {
    const stream = await streamOf("ws://127.0.0.1:1/", "--stream-priorities", classes.join());
    expect(stream.priority).toMatchObject({ names: classes, isNumbered: true });
  });

  it("are found in messages of another form; without a number of their own their losses are not told apart", async () => {
    const form = ["ws://127.0.0.1:1/", "--stream-priority", "$.level", "--stream-priorities", "error,info"];
    const plain = await streamOf(...form, "--stream-sequence", "$.n", "--stream-end", "bye (?<last>\\d+)");
    expect(plain.priority).toEqual({
      names: ["error", "info"],
      place: { kind: "path", keys: ["level"] },
      ...{ isNumbered: false, ends: [], givenUp: [] },
    });
    const numbered = await streamOf(
      ...form,
      ...["--stream-priority-sequence", "$.m", "--stream-end", "{{priority}}=(?<last>\\d+)"],
      ...["--stream-given-up", "{{priority}}-(?<givenUp>\\d+)"],
    );
    expect(numbered.sequence).toEqual({ kind: "path", keys: ["m"] });
    expect(numbered.priority).toMatchObject({
      isNumbered: true,
      ends: [{ before: "error=" }, { before: "info=" }],
      givenUp: [{ before: "error-" }, { before: "info-" }],
    });
  });

  it.each([
    [["--stream-priority-sequence", "$.m"], "nothing says where they have it"],
    [["--stream-priority", "$.p", "--stream-priority-sequence", "$.m", "--stream-end", "$.last"], "one number"],
    [["--stream-priority", "$.p", "--stream-end", "$.{{priority}}"], "a number for each class"],
    [["--stream-priority", "$.p", "--stream-given-up", "$.{{priority}}"], "needs a last word"],
    [["--stream-priority", "$.p", "--stream-priorities", "a,b,a"], 'has "a" twice'],
    [["--stream-priorities", "high,low"], "are not the classes of the mock"],
    [["--stream-priorities", "high,lo-w"], "is no name of a class"],
  ])("are refused where they contradict themselves: %j", async (args, message) => {
    await expect(streamOf("ws://127.0.0.1:1/", ...args)).rejects.toThrow(message);
  });
});

describe("slow readers", () => {
  const slowOf = async (...args: string[]) => (await streamOf(...args)).slow;

  it("are none where nobody asks for them", async () => {
    expect(await slowOf()).toBeNull();
  });

  it.each([
    [["--slow-read", "50KB/s"], { kind: "rate", unit: "bytes", perSecond: 50_000 }],
    [["--slow-read", "100"], { kind: "rate", unit: "messages", perSecond: 100 }],
    [["--slow-pause", "2s@5s"], { kind: "pause", durationMs: 2000, everyMs: 5000 }],
    [["--slow-stop", "3s"], { kind: "stop", afterMs: 3000 }],
  ])("read as %j says, a fifth of the connections", async (args, reading) => {
    expect(await slowOf(...args)).toMatchObject({ readers: { kind: "share", ratio: 0.2 }, reading });
  });

  it("are slow from the second stage on: one load is cut in two", async () => {
    const { plan } = await runRequest(["--mode", "push", "--slow", "3", "--slow-stop", "0s", "-d", "9s"]);
    const phases = plan.segments[0]!.phases.map(({ name, durationMs }) => [name, durationMs]);
    expect(phases).toEqual([
      ["before", 3000],
      ["during", 6000],
    ]);
    expect(plan.stream!.slow!.readers).toEqual({ kind: "count", count: 3 });
  });

  it("are slow in the way that a flag says, whatever the profile says", async () => {
    const { plan } = await runRequest(["backpressure", "--env", "quick", "--slow-pause", "2s@5s"]);
    expect(plan.stream!.slow!.reading).toMatchObject({ kind: "pause" });
  });

  it.each([
    [["--slow", "20%"], "nothing says how"],
    [["--slow-read", "50KB/s", "--slow-stop", "1s"], "cannot both hold"],
    [["--slow-read", "fast"], "is no rate of reading"],
    [["--slow-stop", "1s", "-c", "1"], "need a fast one beside them"],
    [["--slow-stop", "1s", "--mode", "echo"], "needs --mode push"],
  ])("are refused where they make no sense: %j", async (args, message) => {
    const mode = args.includes("--mode") ? [] : ["--mode", "push"];
    await expect(runRequest([...mode, ...args])).rejects.toThrow(message);
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

  it("is of two clocks where somebody says so, be it behind a loopback address: that may be a tunnel", async () => {
    const bound = ["ws://127.0.0.1:1/", "--stream-sent", "$.t", "--stream-clock-bound", "2ms"];
    expect(await oneWay(...bound)).toMatchObject({ kind: "measured", clockBoundMs: 2 });
    expect(await oneWay(...bound, "--stream-clock", "monotonic-us")).toMatchObject({ clockBoundMs: null });
  });

  it("is never measurable by another machine's clock that counts from its start", async () => {
    const args = ["--stream-sent", "$.t", "--stream-clock", "monotonic-us", "--stream-clock-bound", "2ms"];
    expect(await oneWay(remote, ...args)).toMatchObject({ kind: "unknown" });
  });
});
