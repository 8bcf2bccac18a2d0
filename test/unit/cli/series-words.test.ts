import { describe, expect, it } from "vitest";
import { parseCommand, runRequest } from "../../support/parse-command.ts";

const url = "ws://127.0.0.1:8080/";
const seriesOf = async (...args: string[]) => (await runRequest([url, ...args])).series;
const errorOf = async (...args: string[]) => {
  const { code, stderr } = await parseCommand(args);
  return { code, lines: stderr.trimEnd().split("\n") };
};

describe("what run is told of repeating and comparing", () => {
  it("is nothing unless it is asked for", async () => {
    expect(await seriesOf()).toEqual({
      repeat: 1,
      interleave: null,
      baseline: [],
      failOnRegression: false,
      noiseThreshold: null,
      force: false,
    });
  });

  it("takes several baselines, a gate and a share", async () => {
    const words = ["--baseline", "a.json", "--baseline", "b-*.json", "--fail-on-regression", "--noise-threshold", "8%"];
    expect(await seriesOf(...words, "--force", "--repeat", "3")).toEqual({
      repeat: 3,
      interleave: null,
      baseline: ["a.json", "b-*.json"],
      failOnRegression: true,
      noiseThreshold: 0.08,
      force: true,
    });
  });

  it("runs two targets five times each unless told otherwise", async () => {
    expect(await seriesOf("--interleave", "ws://127.0.0.1:9090/")).toMatchObject({ repeat: 5 });
    expect(await seriesOf("--interleave", "ws://127.0.0.1:9090/", "--repeat", "2")).toMatchObject({
      repeat: 2,
      interleave: "ws://127.0.0.1:9090/",
    });
  });

  it.each([
    [["--fail-on-regression"], "--fail-on-regression needs something to compare with"],
    [["--noise-threshold", "5%"], "--noise-threshold needs something to compare with"],
    [["--force"], "--force needs something to compare with"],
    [["--repeat", "0"], '--repeat "0" is too few'],
    [["--repeat", "1001"], '--repeat "1001" is too many'],
    [["--repeat", "x"], '--repeat "x" is not a whole number'],
    [["--baseline", ""], "--baseline is empty"],
    [["--baseline", "a.json", "--noise-threshold", "5"], '--noise-threshold "5" is not a share'],
    [["--interleave", "http://h/"], '--interleave "http://h/" is not a WebSocket URL'],
    [["--interleave", url, "--baseline", "a.json"], "--interleave and --baseline cannot be given together"],
  ])("refuses %j in one line", async (words, message) => {
    const { code, lines } = await errorOf("run", url, ...words);
    expect(code).toBe(2);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toContain(message);
  });
});

describe("what calibrate is told", () => {
  const calibration = async (...args: string[]) => {
    const { called, stderr } = await parseCommand(["calibrate", ...args]);
    if (called[0]?.[0] !== "calibrate") throw new Error(stderr);
    return called[0][1] as Awaited<ReturnType<typeof runRequest>>;
  };

  it("is the load, in the words of run, and how often: six times unless told otherwise", async () => {
    const request = await calibration(url, "-c", "7", "-r", "500");
    expect(request.series.repeat).toBe(6);
    expect(request.plan.segments[0]?.connections).toBe(7);
    expect((await calibration(url, "-n", "10")).series.repeat).toBe(10);
    expect((await calibration()).plan.profile).toBe("quick");
  });

  it("keeps --messages by its long name, as -n is the number of runs", async () => {
    const request = await calibration(url, "--messages", "100", "-n", "2");
    expect(request.plan.segments[0]?.phases[0]?.maxMessages).toBe(100);
    expect(request.series.repeat).toBe(2);
  });

  it.each([
    [["-n", "1"], '--repeat "1" is too few'],
    [["--threshold", "latency.p99<1s"], 'there is no flag "--threshold"'],
    [["--baseline", "a.json"], 'there is no flag "--baseline"'],
    [["--csv", "a.csv"], 'there is no flag "--csv"'],
  ])("refuses %j", async (words, message) => {
    const { code, lines } = await errorOf("calibrate", url, ...words);
    expect(code).toBe(2);
    expect(lines[0]).toContain(message);
  });
});
