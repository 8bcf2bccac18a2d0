import { createServer } from "node:net";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FloodgateError } from "../../../src/errors/floodgate-error.ts";
import { parseResult, readResultFile } from "../../../src/result/result-file.ts";
import type { RunResult } from "../../../src/result/run-result.ts";
import { checkWritable, defaultResultPath, resultText, writeResult } from "../../../src/result/write-result.ts";
import { fileErrorReason, makeFolders, writeAtomically } from "../../../src/result/write-atomically.ts";
import { aCollectedPhase, aHistogram, aPhasePlan } from "../../support/a-collected.ts";
import { aResult } from "../../support/a-result.ts";
import { sampleCheck, sampleMemory } from "../../support/sample-result.ts";
import { plainStream } from "../../support/streaming-worker.ts";

let directory = "";
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "floodgate-test-"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const fixtures = new URL("../../fixtures/results/v1/", import.meta.url);

/** The one line a reader shows for a text that is no sound result. */
function faultOf(text: string): string {
  try {
    parseResult(text, "a.json");
  } catch (error) {
    expect(error).toBeInstanceOf(FloodgateError);
    expect((error as FloodgateError).exitCode).toBe(2);
    expect((error as FloodgateError).message).not.toContain("\n");
    return (error as FloodgateError).message;
  }
  throw new Error("it was read");
}

/** The text of a sound result with one member replaced, or taken out by `undefined`. */
function edited(place: string, value: unknown, sound: RunResult = aResult()): string {
  const result = JSON.parse(resultText(sound)) as unknown;
  const keys = place.split(".");
  let owner = result as Record<string, unknown>;
  for (const key of keys.slice(0, -1)) owner = owner[key] as Record<string, unknown>;
  owner[keys.at(-1)!] = value;
  return JSON.stringify(result);
}

test("what is written is read back the same, to the last number", async () => {
  const path = join(directory, "same", "result.json");
  const result = aResult();
  expect(await writeResult(path, result, { replace: true })).toEqual({ path, problem: null });
  expect(await readResultFile(path)).toEqual(JSON.parse(JSON.stringify(result)));
  expect(await readdir(join(directory, "same"))).toEqual(["result.json"]);
});

test("every result ever shipped is still read", async () => {
  const files = (await readdir(fixtures)).filter((file) => file.endsWith(".json"));
  expect(files.length).toBeGreaterThan(0);
  for (const file of files) {
    const result = parseResult(await readFile(new URL(file, fixtures), "utf8"), file);
    expect(result.totals.messages.delivered).toBe(291);
    expect(result.totals.messages.expected).toBe(297);
    expect(result.totals.latencyUs).toMatchObject({ count: 291, p50: 820, max: 5515 });
    expect(result.phases.map((phase) => phase.name)).toEqual(["warm-up", "load"]);
  }
});

test("a name that is taken is not overwritten unless the user chose it", async () => {
  const path = join(directory, "taken.json");
  const write = async (replace: boolean) => (await writeResult(path, aResult(), { replace })).path;
  expect(await write(false)).toBe(path);
  expect(await write(false)).toBe(join(directory, "taken-2.json"));
  expect(await write(false)).toBe(join(directory, "taken-3.json"));
  expect(await write(true)).toBe(path);
});

test("a full disk loses nothing: the result goes to the directory for temporary files, and the error says where", async () => {
  const full = Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
  const rescue = join(directory, "rescue");
  const writer = {
    temporaryDirectory: rescue,
    write: (path: string, content: string, replace: boolean) =>
      path.startsWith(rescue) ? writeAtomically(path, content, replace) : Promise.reject(full),
  };
  const written = await writeResult("/full/run.json", aResult(), { replace: false }, writer);
  expect(written.path).toBe(join(rescue, "run.json"));
  expect(written.problem?.message).toBe(
    `the result cannot be written to "/full/run.json": no space left on the device; it was saved to "${written.path}" instead`,
  );
  expect((await readResultFile(written.path)).totals.messages.sent).toBe(1000);
});

test("when nothing can be written anywhere the error names both places", async () => {
  const failing = {
    temporaryDirectory: "/also/full",
    write: () => Promise.reject(Object.assign(new Error("x"), { code: "EROFS" })),
  };
  await expect(writeResult("/full/run.json", aResult(), { replace: false }, failing)).rejects.toThrow(
    /"\/full\/run.json": the file system is read-only; nor to "\/also\/full": .* the result is lost/,
  );
});

test("folders are made all the way down, and a place where none can be made is an error and no endless search", async () => {
  const deep = join(directory, "folders", "in", "folders");
  await Promise.all([makeFolders(deep), makeFolders(deep)]);
  await makeFolders(deep);
  await writeAtomically(join(deep, "x.json"), "there", false);
  await expect(makeFolders(join(deep, "x.json", "below"))).rejects.toMatchObject({ code: "EEXIST" });
  await expect(makeFolders(join(deep, "x.json"))).rejects.toMatchObject({ code: "EEXIST" });
  if (process.platform === "linux") {
    await expect(makeFolders("/proc/no-such-folder/below")).rejects.toMatchObject({ code: "ENOENT" });
  }
});

test("a failed write leaves no half-written file behind", async () => {
  const place = join(directory, "half");
  await writeAtomically(join(place, "x.json"), "first", false);
  await expect(writeAtomically(join(place, "x.json"), "second", false)).rejects.toMatchObject({ code: "EEXIST" });
  expect(await readdir(place)).toEqual(["x.json"]);
  expect(await readFile(join(place, "x.json"), "utf8")).toBe("first");
});

test("a place that cannot be written is found before the run", async () => {
  await writeFile(join(directory, "a-file"), "");
  await expect(checkWritable(join(directory, "a-file", "result.json"))).rejects.toThrow(
    /cannot be written to ".*a-file.result\.json": a part of the path is a file$/,
  );
  await expect(checkWritable(directory)).rejects.toThrow(/it is a directory/);
  await expect(checkWritable("/dev/stdout")).rejects.toThrow(/it is a device, a pipe or a socket/);
  const socket = createServer();
  await new Promise<void>((resolve) => socket.listen(join(directory, "a-socket"), resolve));
  await expect(checkWritable(join(directory, "a-socket"))).rejects.toThrow(/it is a device, a pipe or a socket/);
  await new Promise((resolve) => socket.close(resolve));
  await checkWritable(join(directory, "new", "deep", "result.json"));
  expect(await readdir(join(directory, "new", "deep"))).toEqual([]);
});

test("the default name tells profile, instant and run, and holds no character a file system minds", () => {
  const at = { runId: "aRunId-0001", startedAtEpochMs: Date.UTC(2026, 0, 2, 3, 4, 5) };
  expect(defaultResultPath({ profile: "quick", ...at })).toBe("results/quick-20260102-030405-aRunId-0001.json");
  expect(defaultResultPath({ profile: "(flags)", ...at })).toBe("results/flags-20260102-030405-aRunId-0001.json");
  expect(defaultResultPath({ profile: "../my profiles/chat room.yaml", ...at })).toBe(
    "results/chat-room-20260102-030405-aRunId-0001.json",
  );
  expect(defaultResultPath({ profile: "..", ...at })).toBe("results/run-20260102-030405-aRunId-0001.json");
});

test("a number that is not finite is never saved as null", () => {
  const result = aResult();
  expect(() => resultText({ ...result, durationMs: NaN })).toThrow(/"durationMs" is NaN in a result. This is a bug/);
});

test("files that are no results get one line that says what they are", async () => {
  expect(faultOf("")).toBe(`"a.json" is empty, not a result`);
  expect(faultOf("{}")).toContain(`is not a floodgate result: it has no "schema"`);
  expect(faultOf(`{"schema":"k6/1"}`)).toContain(`its "schema" is "k6/1"`);
  expect(faultOf("[1]")).toContain("is not a floodgate result");
  expect(faultOf(`{"schema":"floodgate.result/2"}`)).toContain("was made by a newer floodgate");
  expect(faultOf(`{\n  "schema": nonsense }`)).toMatch(/is not JSON: line 2, column \d+: /);
  await expect(readResultFile(join(directory, "absent.json"))).rejects.toThrow(
    /there is no result file ".*absent.json"/,
  );
  await expect(readResultFile(directory)).rejects.toThrow(/is a directory, not a result file/);
});

test("a file cut off anywhere is called cut off, whatever stands at its end", () => {
  const text = resultText(aResult());
  for (let length = 1; length < text.trimEnd().length; length += 997) {
    expect(faultOf(text.slice(0, length))).toMatch(/is cut off: it ends in the middle, after \d+ bytes/);
  }
});

test("an edited count is found by the sums it breaks", () => {
  expect(faultOf(edited("totals.messages.delivered", 999))).toMatch(/was edited or damaged: totals: .*delivered/);
  expect(faultOf(edited("phases.0.messages.lost", 1))).toContain("was edited or damaged");
  expect(faultOf(edited("totals.deliveryRatio", 0.5))).toContain(
    "deliveryRatio 0.5 is not delivered 1000 / expected 1000",
  );
  expect(faultOf(edited("totals.bytes.sent", 1))).toContain("bytes.sent 1 is not the sum of the phases, 100000");
  expect(faultOf(edited("intervals", []))).toContain("intervals: their latencyUs.count adds up to 0");
});

test("a missing or wrong field is named with its place", () => {
  expect(faultOf(edited("totals.messages.sent", undefined))).toContain("totals.messages.sent is missing");
  expect(faultOf(edited("totals.messages.sent", "many"))).toContain(`totals.messages.sent is "many"`);
});

test("a histogram that is not one, or is another's, is found", () => {
  expect(faultOf(edited("totals.latencyUs.hdr", "AAAA"))).toContain("totals: latencyUs: ");
  const foreign = edited("totals.latencyUs.hdr", aResult().totals.connections.connectUs.hdr);
  expect(faultOf(foreign)).toContain("its histogram holds 10 samples, its count is 1000");
});

test("a percentile, an extreme or a mean that its own histogram contradicts is found", () => {
  const { serviceUs } = aResult().totals;
  const doubled = (name: "min" | "p50" | "p99" | "max" | "mean" | "stdev") =>
    faultOf(edited(`totals.serviceUs.${name}`, serviceUs[name]! * 2 + 1));
  expect(doubled("p50")).toMatch(/totals: serviceUs: p50 \d+ is not that of its histogram, \d+$/);
  expect(doubled("p99")).toContain("serviceUs: p99 ");
  expect(doubled("min")).toMatch(/serviceUs: min \d+ is not in its histogram$/);
  expect(doubled("max")).toMatch(/serviceUs: max \d+ is not in its histogram$/);
  expect(doubled("mean")).toMatch(/serviceUs: mean [\d.]+ is not sum \d+ \/ count 1000$/);
  expect(doubled("stdev")).toContain("does not follow from sumOfSquares");
  expect(faultOf(edited("phases.0.serviceUs.p95", null))).toContain("serviceUs: p95 is null, its count is 1000");
  expect(faultOf(edited("totals.slipUs.sum", 1e9))).toContain("slipUs: sum 1000000000 is not that of its histogram");
  expect(faultOf(edited("totals.slipUs.overflow", 3))).toContain("slipUs: overflow 3 does not go with max");
  expect(faultOf(edited("totals.latencyUs.unresolved", []))).toContain("latencyUs: unresolved is [], by its count [");
});

test("a conclusion that the numbers contradict is found", () => {
  const gate = sampleCheck({ outcome: "fail" });
  expect(faultOf(edited("thresholds", [gate]))).toContain(
    'verdict: pass, although threshold "latency.p99<50ms" is fail',
  );
  expect(faultOf(edited("thresholds", [{ ...gate, outcome: "pass", value: 0.07, bound: 0.05 }]))).toContain(
    'thresholds: "latency.p99<50ms" is pass, although its value is 0.07',
  );
  expect(faultOf(edited("phases.0.generatorHealth", "limited"))).toMatch(
    /generator: ok, although it was limited in phase "[^"]+"/,
  );
  expect(faultOf(edited("verdict.exitCode", 99))).toContain("verdict: pass does not end with exit code 99");
  const failed = { outcome: "fail", exitCode: 99, reasons: ["slow"] };
  expect(faultOf(edited("verdict", failed))).toContain("verdict: fail, although no threshold is");
  expect(faultOf(edited("totals.rate.achievedRatio", 0.5))).toContain(
    "achievedRatio 0.5 is not sent 1000 / offered 1000",
  );
  expect(faultOf(edited("phases.0.rate.sentPerSecond", null))).toMatch(/rate.sentPerSecond is null in \d+ ms/);
  expect(faultOf(edited("phases.0.startMs", -1))).toContain("ms and starts at -1 ms");
  expect(faultOf(edited("memory.generator", { ...sampleMemory, growthBytes: 1 }))).toContain(
    "memory.generator: growthBytes 1 is not endBytes",
  );
});

test("an advisory threshold that failed, and an abort, contradict nothing", () => {
  const advisory = edited("thresholds", [sampleCheck({ outcome: "fail", warnOnly: true })]);
  expect(parseResult(advisory, "a.json").thresholds).toHaveLength(1);
  const result = JSON.parse(edited("end", { kind: "aborted", reason: "latency" })) as object;
  const aborted = { ...result, verdict: { outcome: "fail", exitCode: 99, reasons: ["aborted"] } };
  expect(parseResult(JSON.stringify(aborted), "a.json").verdict.exitCode).toBe(99);
});

test("the line stays one line whatever names the file holds", () => {
  const gate = sampleCheck({ outcome: "fail", expression: "two\nlines" });
  expect(faultOf(edited("thresholds", [gate]))).toContain('threshold "two lines"');
});

test("fields of a later version are let through", () => {
  expect(parseResult(edited("totals.fromTheFuture", 1), "a.json").totals.messages.sent).toBe(1000);
  expect(parseResult(edited("fromTheFuture", 1), "a.json").totals.messages.sent).toBe(1000);
});

test("an unusual reason is told without the names of temporary files", () => {
  const error = Object.assign(new Error("ELOOP: too many links, rename '/a/.b.tmp' -> '/a/b'"), { code: "ELOOP" });
  expect(fileErrorReason(error)).toBe("ELOOP: too many links");
});

/** Four streams for 10 s, of which 36,000 messages came in that time. */
function pushed(promisedPerSecond: number | null): RunResult {
  const messages = { sent: 0, expected: 36_000, delivered: 36_000, deliveredInWindow: 36_000 };
  const load = { plan: aPhasePlan({ load: { kind: "idle" } }), connections: 4, slipUs: aHistogram([]) };
  const streams = {
    ...{ streams: [0, 1, 2, 3], seen: [9000, 9000, 9000, 9000], windowMs: [10_000, 10_000, 10_000, 10_000] },
    ...{
      longestSilenceMs: [1, 1, 1, 1],
      gaps: 0,
      longestGap: 0,
      restarts: 0,
      repeated: 0,
      tooLarge: 0,
      outside: 0,
      endsTold: 0,
      overtold: 0,
      faulty: [],
      slow: null,
    },
  };
  return aResult({
    plan: { mode: "push", stream: { ...plainStream, promisedPerSecond } },
    phases: [aCollectedPhase({ ...load, ownSlipUs: load.slipUs }, messages)],
    collected: { streams },
  });
}

test("an edited rate of streams is found by what they promise and by what came in time", () => {
  const sound = pushed(1000);
  expect(sound.totals.rate).toMatchObject({ achievedRatio: 0.9, promisedPerSecond: 4000 });
  expect(parseResult(resultText(sound), "a.json").totals.rate.achievedRatio).toBe(0.9);
  const { name } = sound.phases[0]!;
  expect(faultOf(edited("totals.rate.achievedRatio", 0.99, sound))).toContain(
    "totals: rate.achievedRatio 0.99 is not deliveredInWindow 36000 / promised 40000",
  );
  expect(faultOf(edited("phases.0.rate.achievedRatio", null, sound))).toContain(
    `phase "${name}": rate.achievedRatio null is not deliveredInWindow 36000 / promised 40000`,
  );
  // A smaller promise makes more of what came, and is found even where the share has been made to fit.
  const rate = { ...sound.totals.rate, promisedPerSecond: 3600, achievedRatio: 1 };
  expect(faultOf(edited("totals.rate", rate, sound))).toContain("totals: promised 36000 is not the sum of the phases");
  const both = { ...sound, totals: { ...sound.totals, rate } };
  expect(faultOf(edited("phases.0.rate", rate, both))).toContain(
    `phase "${name}": rate.promisedPerSecond 3600 is not that of its streams, 4000`,
  );
});

test("streams that promise nothing achieve no share of it", () => {
  const sound = pushed(null);
  expect(parseResult(resultText(sound), "a.json").totals.rate.achievedRatio).toBeNull();
  expect(faultOf(edited("totals.rate.achievedRatio", 1, sound))).toContain(
    "rate.achievedRatio 1 is not sent 0 / offered 0",
  );
});
