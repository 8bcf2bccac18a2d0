import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { defaultMockOptions } from "../../../src/mock-server/mock-options.ts";
import { parseCommand, runRequest, serveOptions } from "../../support/parse-command.ts";

const url = "ws://127.0.0.1:8080/";
const mainPhase = async (...args: string[]) => (await runRequest([url, ...args])).plan.segments[0]!.phases.at(-1)!;
const planOf = async (...args: string[]) => (await runRequest([url, ...args])).plan;

const usualReconnect = { baseMs: 100, maxMs: 10_000, maxAttempts: null, bufferMessages: null, breaker: null };

describe("floodgate run", () => {
  it("takes 10 connections, 1000 messages a second, 10 s and 64 bytes when only a URL is given", async () => {
    const { plan, target, thresholds, abortOnFail, output } = await runRequest([url]);
    expect(plan.segments).toEqual([
      {
        connections: 10,
        phases: [
          {
            name: "main",
            measured: true,
            startMs: 0,
            durationMs: 10_000,
            load: { kind: "constant", arrival: "constant", ratePerSecond: 1000 },
            maxMessages: null,
          },
        ],
      },
    ]);
    expect(plan).toMatchObject({
      profile: "(flags)",
      mode: "echo",
      workers: 3,
      message: { sizeBytes: 64, frameType: "text", templatePrefix: "", templateSuffix: "", mix: null },
      drain: { kind: "auto" },
      pacing: { mode: "timer", onLate: "catch-up", maxSlipMs: 100 },
      connect: { url, timeoutMs: 10_000, ratePerSecond: null, reconnect: null },
      scaling: null,
    });
    expect(target).toEqual({ kind: "url", url, memory: null });
    expect(thresholds).toEqual([]);
    expect(abortOnFail).toBeNull();
    expect(output).toEqual({ file: null, reports: [], json: false, quiet: false, progress: true, metricsPort: null });
  });

  it("is the quick profile against the mock when nothing is given", async () => {
    const { plan, target } = await runRequest([]);
    expect(plan.profile).toBe("quick");
    expect(target).toEqual({ kind: "mock", options: defaultMockOptions });
  });

  it("runs no echo profile by itself in another mode", async () => {
    const { plan, target, thresholds } = await runRequest(["--mode", "oneway"]);
    expect(plan.profile).toBe("(flags)");
    expect(thresholds).toEqual([]);
    expect(target).toMatchObject({ kind: "mock", options: { mode: "sink" } });
  });

  it("takes a URL as argument or as --target alike", async () => {
    const [a, b] = [await runRequest([url, "--seed", "1"]), await runRequest(["-t", url, "--seed", "1"])];
    expect({ ...a.plan, runId: "" }).toEqual({ ...b.plan, runId: "" });
    expect(a.target).toEqual(b.target);
  });

  it("aims a profile at another target and leaves the rest alone", async () => {
    const [mock, other] = [await runRequest(["sustained"]), await runRequest(["sustained", "-t", url])];
    expect(other.plan.segments).toEqual(mock.plan.segments);
    expect(other.target).toEqual({ kind: "url", url, memory: null });
    const texts = (request: typeof mock) => request.thresholds.map(({ text }) => text);
    expect(texts(mock).filter((text) => text.startsWith("memory.target"))).toHaveLength(1);
    expect(texts(other).filter((text) => text.startsWith("memory.target"))).toEqual([]);
    const withPid = await runRequest(["sustained", "-t", url, "--target-pid", "42"]);
    expect(texts(withPid)).toEqual(texts(mock));
  });

  it.each([
    [["-r", "10k"], { load: { kind: "constant", arrival: "constant", ratePerSecond: 10_000 } }],
    [["-r", "60/min"], { load: { ratePerSecond: 1 } }],
    [["-r", "2.5k/s", "--arrival", "poisson"], { load: { arrival: "poisson", ratePerSecond: 2500 } }],
    [["-r", "max"], { load: { kind: "max", inFlight: 1 } }],
    [["-r", "max", "--in-flight", "16"], { load: { kind: "max", inFlight: 16 } }],
    [["--burst", "500@250ms", "-d", "1m"], { load: { kind: "burst", size: 500, everyMs: 250 }, durationMs: 60_000 }],
    [["-d", "1.5s"], { durationMs: 1500 }],
    [["-n", "5000"], { durationMs: 5000, maxMessages: 5000 }],
    [["-n", "100k", "-r", "5000"], { durationMs: 20_000, maxMessages: 100_000 }],
    [["-n", "100k", "-d", "2s"], { durationMs: 2000, maxMessages: 100_000 }],
    [["-n", "5", "-r", "100", "-d", "60s"], { durationMs: 50, maxMessages: 5 }],
    [["-n", "5", "-r", "100", "-d", "60s", "--arrival", "poisson"], { durationMs: 60_000, maxMessages: 5 }],
    [
      ["-n", "50", "--stage", "60s:100", "--stage", "60s:10..90"],
      { startMs: 500, durationMs: 60_000, maxMessages: 50 },
    ],
    [["-n", "1000", "--burst", "300@1s"], { durationMs: 4000, maxMessages: 1000 }],
    [["-n", "1000", "-r", "max"], { durationMs: 3_600_000, maxMessages: 1000 }],
    [["--mode", "connect"], { load: { kind: "idle" } }],
  ])("makes the load of %j", async (args, expected) => {
    expect(await mainPhase(...args)).toMatchObject(expected);
  });

  it("makes stages that hold, ramp and run free", async () => {
    const plan = await planOf("--stage", "10s:100..1000", "--stage", "30s:1000", "--stage", "5s:max", "--warmup", "2s");
    expect(plan.segments).toHaveLength(1);
    expect(
      plan.segments[0]!.phases.map((phase) => [
        phase.name,
        phase.measured,
        phase.startMs,
        phase.durationMs,
        phase.load.kind,
      ]),
    ).toEqual([
      ["warmup", false, 0, 2000, "constant"],
      ["stage-1", true, 2000, 10_000, "ramp"],
      ["stage-2", true, 12_000, 30_000, "constant"],
      ["stage-3", true, 42_000, 5000, "max"],
    ]);
    expect(plan.segments[0]!.phases[0]!.load).toEqual({ kind: "constant", arrival: "constant", ratePerSecond: 100 });
  });

  it.each([
    [["-c", "5", "-w", "2"], { workers: 2, segments: [{ connections: 5 }] }],
    [["-s", "1KiB", "--binary"], { message: { sizeBytes: 1024, frameType: "binary", mix: null } }],
    [["-s", "1KiB:100%", "--binary-share", "100%"], { message: { sizeBytes: 1024, frameType: "binary", mix: null } }],
    [["--binary-share", "0"], { message: { sizeBytes: 64, frameType: "text", mix: null } }],
    [
      ["-s", "64:75%,1KiB:25%", "--binary"],
      {
        message: {
          sizeBytes: 1024,
          frameType: "binary",
          mix: {
            sizes: [
              { name: "64", sizeBytes: 64, share: 0.75 },
              { name: "1KiB", sizeBytes: 1024, share: 0.25 },
            ],
            binaryRatio: 1,
          },
        },
      },
    ],
    [
      ["-m", `${"x".repeat(80)}{{payload}}`, "--binary-share", "10%"],
      { message: { sizeBytes: 112, mix: { sizes: [{ sizeBytes: 112, share: 1 }], binaryRatio: 0.1 } } },
    ],
    [["-m", '{"t":"{{payload}}"}'], { message: { templatePrefix: '{"t":"', templateSuffix: '"}', sizeBytes: 64 } }],
    [["-m", `${"x".repeat(80)}{{payload}}`], { message: { sizeBytes: 112 } }],
    [["--drain", "500ms"], { drain: { kind: "fixed", durationMs: 500 } }],
    [["--drain", "0"], { drain: { kind: "fixed", durationMs: 0 } }],
    [["--seed", "42"], { seed: 42 }],
    [["--precise"], { pacing: { mode: "precise" } }],
    [["--pacing", "precise"], { pacing: { mode: "precise" } }],
    [["--on-late", "skip", "--max-slip", "20ms"], { pacing: { onLate: "skip", maxSlipMs: 20 } }],
    [
      ["--max-buffered", "64KiB", "--max-message", "1MB"],
      { limits: { maxBufferedBytes: 65_536, maxMessageBytes: 1_000_000 } },
    ],
    [["--connect-rate", "50", "--connect-timeout", "2s"], { connect: { ratePerSecond: 50, timeoutMs: 2000 } }],
    [["--ready", "hello"], { connect: { ready: { kind: "text", pattern: "hello", flags: "" } } }],
    [["--ready", "/^ok/i"], { connect: { ready: { kind: "regex", pattern: "^ok", flags: "i" } } }],
    [["--first-message", "a", "--first-message", "b"], { connect: { firstMessages: ["a", "b"] } }],
    [["--subprotocol", "a.v1", "--subprotocol", "b"], { connect: { subprotocols: ["a.v1", "b"] } }],
    [
      ["--local-address", "127.0.0.2-127.0.0.3,127.0.0.9", "--local-address", "127.0.0.5"],
      { connect: { localAddresses: ["127.0.0.2", "127.0.0.3", "127.0.0.9", "127.0.0.5"] } },
    ],
    [["--compress", "-k"], { connect: { compress: true, tls: { insecure: true } } }],
    [["--reconnect"], { connect: { reconnect: { ...usualReconnect } } }],
    [["--reconnect-buffer", "50"], { connect: { reconnect: { ...usualReconnect, bufferMessages: 50 } } }],
    [
      ["--reconnect", "--reconnect-buffer", "50", "--breaker", "5"],
      {
        connect: {
          reconnect: {
            ...usualReconnect,
            bufferMessages: 50,
            breaker: { failures: 5, cooldownMs: 1000, whileOpen: "queue" },
          },
        },
      },
    ],
    [["--churn", "20"], { connect: { disturb: { churnPerSecond: 20, dropAllAtMs: null } } }],
    [
      ["--reconnect", "--drop-all", "2s"],
      { connect: { reconnect: usualReconnect, disturb: { churnPerSecond: 0, dropAllAtMs: 2000 } } },
    ],
    [["--no-reconnect"], { connect: { reconnect: null } }],
    [
      ["-H", "X-A: 1", "-H", "x-a:2", "-H", "Host: other"],
      {
        connect: {
          headers: [
            ["X-A", "1"],
            ["X-A", "2"],
            ["Host", "other"],
          ],
        },
      },
    ],
    [["--bearer", "s3cret"], { connect: { headers: [["Authorization", "Bearer s3cret"]] } }],
    [["--title", "my run", "--tag", "a=b", "--tag", "c=d=e"], { title: "my run", tags: { a: "b", c: "d=e" } }],
  ])("understands %j", async (args, expected) => {
    expect(await planOf(...args)).toMatchObject(expected);
  });

  it("takes a bearer token from the environment and hides it in what is saved", async () => {
    const secret = "t0ken-value";
    const fromEnv = await runRequest([url, "--bearer", "env:API_TOKEN"], { env: { API_TOKEN: secret } });
    expect(fromEnv.plan.connect.headers).toEqual([["Authorization", `Bearer ${secret}`]]);
    expect(fromEnv.settings).toMatchObject({ connect: { bearer: "env:API_TOKEN" } });
    const given = await runRequest(["ws://joe:pa55word@h/", "-H", "Cookie: sid=abc123", "--mode", "oneway"]);
    expect(given.plan.connect.url).toBe("ws://h/");
    expect(given.plan.connect.headers).toContainEqual(["Authorization", `Basic ${btoa("joe:pa55word")}`]);
    const direct = await runRequest([url, "--bearer", secret]);
    for (const { settings } of [fromEnv, given, direct]) {
      expect(JSON.stringify(settings)).not.toMatch(/t0ken-value|pa55word|abc123/);
    }
  });

  it("reads certificates and templates from files, from the working directory", async () => {
    const cwd = mkdtempSync(join(tmpdir(), "floodgate-"));
    writeFileSync(join(cwd, "ca.pem"), "-----BEGIN CERTIFICATE-----\n");
    writeFileSync(join(cwd, "m.json"), '{"x":"{{payload}}"}\n');
    const request = await runRequest(["wss://h/", "--ca", "ca.pem", "-f", "m.json"], { cwd });
    expect(request.plan.connect.tls.caPem).toContain("BEGIN CERTIFICATE");
    expect(request.plan.message).toMatchObject({ templatePrefix: '{"x":"', templateSuffix: '"}' });
  });

  it("passes the faults of the mock on", async () => {
    const { target } = await runRequest([
      "quick",
      "--mock-drop",
      "1%",
      "--mock-latency",
      "normal(20ms,5ms)",
      "--mock-stall",
      "2s@10s",
    ]);
    expect(target).toEqual({
      kind: "mock",
      options: {
        ...defaultMockOptions,
        dropRatio: 0.01,
        latency: { kind: "normal", meanMs: 20, stdevMs: 5 },
        stall: { durationMs: 2000, everyMs: 10_000 },
      },
    });
  });

  it.each([
    [["--target-pid", "42"], { kind: "url", url, memory: { kind: "pid", pid: 42 } }],
    [["--target-metrics", "http://h:9/m"], { kind: "url", url, memory: { kind: "metrics", url: "http://h:9/m" } }],
    [["--spawn", "node server.js"], { kind: "spawn", url, command: "node server.js" }],
  ])("knows where the target's memory is with %j", async (args, expected) => {
    expect((await runRequest([url, ...args])).target).toEqual(expected);
  });

  it("adds thresholds to those of the profile; one on the same metric and side takes its place", async () => {
    const { thresholds } = await runRequest([
      "quick",
      "--threshold",
      "latency.p(99) < 50ms",
      "--threshold",
      "errors.count==0",
    ]);
    const texts = thresholds.map(({ text }) => text);
    expect(texts).not.toContain("latency.p99<1000ms");
    expect(texts).toContain("latency.p50<100ms");
    expect(thresholds.slice(-2)).toEqual([
      { text: "latency.p(99) < 50ms", source: "--threshold" },
      { text: "errors.count==0", source: "--threshold" },
    ]);
    expect(thresholds[0]!.source).toMatch(/^profiles\/quick\.yaml:\d+$/);
  });

  it("reads where the output goes and when to give up", async () => {
    const request = await runRequest([
      "quick",
      "-o",
      "out.json",
      "-j",
      "-q",
      "--no-progress",
      "--strict",

      "--abort-on-fail",
      "--abort-delay",
      "3s",
      "--csv",
      "out.csv",
    ]);
    expect(request).toMatchObject({
      output: {
        ...{ file: "out.json", json: true, quiet: true, progress: false },
        reports: [{ flag: "--csv", file: "out.csv" }],
      },
      strict: true,
      abortOnFail: { delayMs: 3000 },
    });
    expect((await runRequest(["quick", "--abort-on-fail"])).abortOnFail).toEqual({ delayMs: 10_000 });
  });

  it("reads how sure a threshold has to be", async () => {
    expect((await runRequest([url])).gate).toBe("point");
    expect((await runRequest([url, "--gate", "confident"])).gate).toBe("confident");
  });

  it("says when fewer workers are used than asked for", async () => {
    const { plan, notes } = await runRequest([url, "-c", "2", "-w", "8"]);
    expect(plan.workers).toBe(2);
    expect(notes).toEqual(["2 of 8 workers are used: a worker needs at least one connection"]);
    expect((await runRequest([url, "-c", "2"])).notes).toEqual([]);
  });
});

describe("floodgate serve", () => {
  it("is the mock with its defaults", async () => {
    expect(await serveOptions([])).toEqual(defaultMockOptions);
  });

  it("takes every option", async () => {
    const flags =
      "-p 8080 --mode sink --excludes-publisher --seed 7 --max-connections 3 --bearer t --latency lognormal(20ms,0.5) --drop 1% --duplicate 0.02 --reorder 3% " +
      "--corrupt 4% --disconnect-after 9 --disconnect-rate 5% --refuse-rate 6% --stall 1s@5s --leak 1KiB --max-message 2KiB --max-rate 300 --outage 1s@4s";
    expect(await serveOptions(flags.split(" "))).toEqual({
      port: 8080,
      mode: "sink",
      excludesPublisher: true,
      seed: 7,
      maxConnections: 3,
      bearer: "t",
      latency: { kind: "lognormal", medianMs: 20, sigma: 0.5 },
      dropRatio: 0.01,
      duplicateRatio: 0.02,
      reorderRatio: 0.03,
      corruptRatio: 0.04,
      disconnectAfterMessages: 9,
      disconnectRatio: 0.05,
      refuseRatio: 0.06,
      stall: { durationMs: 1000, everyMs: 5000 },
      leakBytesPerMessage: 1024,
      maxMessageBytes: 2048,
      maxRatePerSecond: 300,
      outage: { durationMs: 1000, everyMs: 4000 },
      sessions: null,
      streamRatePerSecond: 1000,
      streamSizes: [{ sizeBytes: 128, share: 1 }],
      streamBinaryRatio: 0,
      streamQueue: null,
      streamStart: "message",
      streamMessages: null,
      queueConcurrency: 1,
      queueLimit: null,
      queueWorkers: null,
      queueTime: { kind: "fixed", ms: 1 },
      queueInOrder: false,
      queueJournal: null,
      queueOvertakeRatio: 0,
      queueLoseRatio: 0,
      queueRunCancelledRatio: 0,
      queueMiscountRatio: 0,
    });
  });

  it("takes how it should keep sessions", async () => {
    const flags =
      "--sessions 50 --session-time 5s --session-answers 7 --session-refuse 1% --session-forget 2% --session-repeat 3%";
    expect((await serveOptions(flags.split(" "))).sessions).toEqual({
      ...{ limit: 50, keepMs: 5000, answers: 7, refuseRatio: 0.01, forgetRatio: 0.02, repeatRatio: 0.03 },
    });
    const [limit] = [(await serveOptions(["--session-answers", "7"])).sessions?.limit];
    expect(limit).toBe(10_000);
    await expect(serveOptions(["--mode", "push", "--sessions", "5"])).rejects.toThrow(
      "--sessions is for a mock that answers",
    );
  });

  it("takes how it should work off jobs", async () => {
    const flags =
      "--mode queue --queue-concurrency 5 --queue-limit 10 --queue-workers 5ms,10ms --queue-time 2ms --queue-in-order " +
      "--queue-journal j --queue-overtake 1% --queue-lose 2% --queue-run-cancelled 3% --queue-miscount 4%";
    expect(await serveOptions(flags.split(" "))).toMatchObject({
      mode: "queue",
      queueConcurrency: 5,
      queueLimit: 10,
      queueWorkers: [
        { kind: "fixed", ms: 5 },
        { kind: "fixed", ms: 10 },
      ],
      queueTime: { kind: "fixed", ms: 2 },
      queueInOrder: true,
      queueJournal: "j",
      queueOvertakeRatio: 0.01,
      queueLoseRatio: 0.02,
      queueRunCancelledRatio: 0.03,
      queueMiscountRatio: 0.04,
    });
  });

  it("takes what it should push", async () => {
    const flags = "--mode push --stream-rate 8k --stream-size 200 --stream-start open --stream-messages 500";
    expect(await serveOptions(flags.split(" "))).toMatchObject({
      mode: "push",
      streamRatePerSecond: 8000,
      streamSizes: [{ sizeBytes: 200, share: 1 }],
      streamStart: "open",
      streamMessages: 500,
      streamQueue: null,
    });
  });

  it("takes what it should keep for peers that do not read", async () => {
    const flags = "--mode push --stream-queue 50 --stream-priorities critical:20%,bulk:80% --stream-timeout 2s";
    const mixed = "--stream-size 200:75%,1KiB:25% --stream-binary 10%";
    expect(await serveOptions(`${flags} ${mixed}`.split(" "))).toMatchObject({
      streamQueue: { limit: 50, shares: [0, 0.2, 0, 0.8], timeoutMs: 2000 },
      streamSizes: [
        { sizeBytes: 200, share: 0.75 },
        { sizeBytes: 1024, share: 0.25 },
      ],
      streamBinaryRatio: 0.1,
    });
  });
});

describe("the other commands", () => {
  it.each([
    [
      ["report", "a.json"],
      ["report", { file: "a.json", json: false, reports: [] }],
    ],
    [
      ["report", "a.json", "-j"],
      ["report", { file: "a.json", json: true, reports: [] }],
    ],
    [
      ["merge", "a.json", "b.json", "-o", "c.json"],
      ["merge", { files: ["a.json", "b.json"], output: "c.json", reports: [] }],
    ],
    [
      ["report", "a.json", "--csv", "a.csv"],
      ["report", { file: "a.json", json: false, reports: [{ flag: "--csv", file: "a.csv" }] }],
    ],
    [
      ["merge", "a.json", "b.json", "-o", "c.json", "--csv", "-"],
      ["merge", { files: ["a.json", "b.json"], output: "c.json", reports: [{ flag: "--csv", file: "-" }] }],
    ],
    [["profiles"], ["profiles", undefined, undefined]],
    [
      ["profiles", "ci", "--env", "dev"],
      ["profiles", "ci", "dev"],
    ],
    [["examples"], ["examples"]],
  ])("reads %j", async (args, expected) => {
    const { code, called } = await parseCommand(args);
    expect(code).toBe(0);
    expect(called[0]!.slice(0, expected.length)).toEqual(expected);
  });

  it.each([
    ["--help"],
    ["run --help"],
    ["serve --help"],
    ["report --help"],
    ["merge --help"],
    ["profiles --help"],
    ["help run"],
  ])("shows help no wider than 100 columns for %s", async (words) => {
    const { code, stdout, stderr } = await parseCommand(words.split(" "));
    expect(code).toBe(0);
    expect(stderr).toBe("");
    expect(stdout).toContain("Usage: floodgate");
    expect(stdout.split("\n").filter((line) => line.length > 100)).toEqual([]);

    expect(stdout).toMatch(/^[\x00-\x7f]*$/);
  });

  it("prints its version", async () => {
    const { code, stdout } = await parseCommand(["--version"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it("shows help and fails when no command is named", async () => {
    const { code, stdout, stderr } = await parseCommand([]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("Usage: floodgate");
  });
});
