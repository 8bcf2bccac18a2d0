import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunResult } from "../../src/result/run-result.ts";
import { runCli, type CliEnd } from "../support/run-cli.ts";
import { resultOf, runAndRead } from "../support/saved-run.ts";

let folder = "";
let before: readonly string[] = [];

const files: Readonly<Record<string, string>> = {
  "broken.yaml": 'description: "no end\nrate: 100\n',
  "unknown-key.yaml": "rate: 100\n\nconections: 5\n",
  "many.yaml": "rat: 100\nconections: 5\nduration: 5 parsecs\nmode: ecko\n",
  "bad-threshold.yaml": 'rate: 100\nthresholds:\n  - "delivery.ratio>=0.9"\n  - "latency.p99<50"\n',
  "no-payload.txt": "hello",
  "no-certificate.pem": "hello",
  "prose.json": "hello\n",
  "foreign.json": '{"a":1}',
  "empty.json": "",
};

/** What a hand may do to a saved result, by the name of the file it ends up in. */
const edits: Readonly<Record<string, (result: RunResult) => object>> = {
  "edited.json": ({ totals, ...result }) => {
    const messages = { ...totals.messages, delivered: totals.messages.delivered + 1 };
    return { ...result, totals: { ...totals, messages } };
  },
  "faster.json": ({ totals, ...result }) => {
    return { ...result, totals: { ...totals, serviceUs: { ...totals.serviceUs, p99: 1 } } };
  },
  "passed.json": (result) => ({ ...result, verdict: { outcome: "pass", exitCode: 99, reasons: [] } }),
  "no-second.json": (result) => {
    const intervals = result.intervals.map((each) => ({ ...each, slipUs: { ...each.slipUs, hdr: "AAAA" } }));
    return { ...result, intervals };
  },
  "no-totals.json": (result) => ({ ...result, totals: undefined }),
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "floodgate-bad-"));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  await mkdir(join(folder, "a-folder"));
  await runCli(["run", "-c", "2", "-r", "100", "-d", "200ms", "--warmup", "0s", "-q", "-o", "good.json"], {
    cwd: folder,
  });
  const text = await readFile(join(folder, "good.json"), "utf8");
  await writeFile(join(folder, "cut.json"), text.slice(0, 1000));
  await writeFile(join(folder, "newer.json"), text.replace("floodgate.result/1", "floodgate.result/2"));
  await writeFile(join(folder, "older.json"), text.replace("floodgate.result/1", "floodgate.result/0"));
  await writeFile(join(folder, "garbage.json"), Buffer.from([0x00, 0xff, 0xfe, 0x89, 0x50]));
  for (const [name, edit] of Object.entries(edits)) {
    await writeFile(join(folder, name), JSON.stringify(edit(JSON.parse(text) as RunResult)));
  }
  before = await readdir(folder, { recursive: true });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

type Case = readonly [
  words: string,
  args: readonly string[],
  error: string | readonly string[] | RegExp,
  hint: string | null,
];

const run = (name: string, args: readonly string[], error: string | readonly string[], hint: string): Case => [
  name,
  ["run", ...args],
  error,
  hint,
];
const threshold = (text: string, problem: string, hint: string): Case =>
  run(`the threshold ${text}`, ["--threshold", text], `threshold "${text}" (--threshold): ${problem}`, hint);
const later = (name: string, args: readonly string[], what: string, command: string): Case => [
  name,
  args,
  `${what} is not in this version of floodgate`,
  `floodgate ${command}--help lists what there is`,
];

const words: readonly Case[] = [
  ["an unknown command", ["rnu"], 'there is no command "rnu"', "did you mean run?"],
  run("an unknown flag", ["--ratte", "5"], 'there is no flag "--ratte"', "did you mean --rate?"),
  run(
    "an unknown profile",
    ["sustaned"],
    'there is no profile "sustaned"',
    "did you mean sustained? built in: backpressure broadcast burst chaos ci connection-scaling dev fifo fifo-full fifo-workers linear-scaling peak push quick resilience soak stress sustained",
  ),
  run(
    "an unknown mode",
    ["--mode", "ecko"],
    '--mode "ecko" is not one of echo, oneway, connect, push, broadcast, queue',
    "did you mean echo?",
  ),
  run("a rate", ["-r", "5x"], '--rate "5x" is not a rate', "write a number per second, for example 1000, 10k or 10k/s"),
  run("a time without unit", ["-d", "5"], '--duration "5" has no unit', "write 5s, or another of us ms s m h"),
  run("a size", ["-s", "big"], '--size "big" is not a size', "write whole bytes, for example 64, 1KiB or 1MB"),
  run(
    "a count",
    ["-c", "many"],
    '--connections "many" is not a whole number',
    "write digits, with k or m for thousands or millions, for example 500 or 10k",
  ),
  run(
    "a size too small for the template",
    ["-m", '{"a":"{{payload}}"}', "-s", "39"],
    '--size "39" is too small: the template takes 8 bytes and the marker 32',
    "the smallest size is --size 40",
  ),
  run(
    "a template without payload",
    ["-f", "no-payload.txt"],
    '--message-file "no-payload.txt" has no {{payload}}',
    "write {{payload}} where the message body goes, once",
  ),
  run(
    "a web address",
    ["http://127.0.0.1:8080/"],
    'the target "http://127.0.0.1:8080/" is not a WebSocket URL',
    "write ws://127.0.0.1:8080/",
  ),
  run("no scheme", ["-t", "localhost:8080"], '--target "localhost:8080" has no scheme', "write ws://localhost:8080"),
  run(
    "a fragment",
    ["ws://127.0.0.1:1/#room"],
    'the target "ws://127.0.0.1:1/#room" has a fragment',
    "a WebSocket URL has none: leave out # and what follows, or write %23",
  ),
  run(
    "a header without colon",
    ["-H", "nocolon"],
    '--header "nocolon" has no colon',
    "write it like 'X-Client: load-test'",
  ),
  run(
    "a variable that is not set",
    ["ws://127.0.0.1:1/", "--bearer", "env:NOPE"],
    '--bearer "env:NOPE": the environment variable NOPE is not set',
    "set it: NOPE=... floodgate run",
  ),
  run(
    "a file that is no certificate",
    ["wss://127.0.0.1:1/", "--ca", "no-certificate.pem"],
    '--ca "no-certificate.pem" is not a PEM file',
    "it should have a line that starts with -----BEGIN",
  ),
  // 192.0.2.0/24 is set aside for documentation (RFC 5737): no machine has an address of it.
  run(
    "a local address of another machine",
    ["--local-address", "127.0.0.1,192.0.2.9"],
    '--local-address: nothing can be sent from "192.0.2.9" (EADDRNOTAVAIL)',
    "name addresses of this machine; `ip address` or `ifconfig` lists them",
  ),
];

const profiles: readonly Case[] = [
  run(
    "an unknown key",
    ["unknown-key.yaml"],
    'unknown-key.yaml:3: unknown key "conections"; did you mean connections?',
    "docs/configuration.md lists every key with its unit and default",
  ),
  run(
    "several problems",
    ["many.yaml"],
    [
      'many.yaml:1: unknown key "rat"; did you mean rate?',
      'many.yaml:2: unknown key "conections"; did you mean connections?',
      'many.yaml:3: duration "5 parsecs" is not a time; write a number and a unit (us ms s m h), for example 30s',
      'many.yaml:4: mode "ecko" is not one of echo, oneway, connect, push, broadcast, queue; did you mean echo?',
    ],
    "docs/configuration.md lists every key with its unit and default",
  ),
  run(
    "a bad threshold",
    ["bad-threshold.yaml"],
    'threshold "latency.p99<50" (bad-threshold.yaml:4): "50" has no unit',
    "write a time with its unit, for example 50ms",
  ),
];

const thresholds: readonly Case[] = [
  threshold("latency.p99<500", '"500" has no unit', "write a time with its unit, for example 500ms"),
  threshold("rate.delivered>100", '"100" has no unit', "write a rate with its unit, for example 100/s"),
  threshold(
    "latency.p99<50MB",
    '"50MB" is a size, but this metric is a time',
    "units here: ns us ms s m h; for example 500ms",
  ),
  threshold(
    "latencyy.p99<5ms",
    '"latencyy.p99" is not a metric',
    "did you mean latency? metrics: latency, service, slip, connect, delivery, rate, errors, memory, generator, scaling, throughput, recovery, connections, herd, retry, breaker, buffer, sessions, isolation, reaction, queue",
  ),
  threshold("latency.p101<5ms", '"p101" is no percentile', "percentiles go up to 100: latency.p99, latency.p99.9"),
  threshold("latency.p99<-5ms", '"-5ms" is negative', "write a time of 0 or more, for example 500ms"),
  threshold("latency.p99=<5ms", '"=<" is not an operator', "did you mean <=?"),
  threshold(
    "delivery.ratio==0.99",
    '"==0.99" asks for equality to a fraction',
    "delivery.ratio is measured, not counted: write <= or >=",
  ),
  threshold(
    "latency.p99",
    "it has no comparison",
    "write metric.statistic, operator and bound, for example latency.p99<50ms",
  ),
  threshold("latency{phase=nope}.p99<5ms", '"nope" is no phase of this run', "phases of this run: main"),
  threshold(
    "latency.p99<=base*1.10+5ms",
    '"base" needs a baseline',
    "add --baseline <result.json>, or write the bound as a number with its unit",
  ),
];

const resultFiles: readonly Case[] = [
  [
    "no file",
    ["report", "none.json"],
    'there is no result file "none.json"',
    "floodgate run saves its results in results/ unless --output names a file",
  ],
  [
    "not JSON",
    ["report", "prose.json"],
    '"prose.json" is not JSON: line 1, column 1: unexpected "hello"',
    "a result is a file that floodgate run has saved",
  ],
  [
    "other JSON",
    ["report", "foreign.json"],
    '"foreign.json" is not a floodgate result: it has no "schema"',
    "a result is a file that floodgate run has saved",
  ],
  [
    "an empty file",
    ["report", "empty.json"],
    '"empty.json" is empty, not a result',
    "save the run again, or take an untouched copy",
  ],
  [
    "half a file",
    ["merge", "good.json", "cut.json", "-o", "m.json"],
    '"cut.json" is cut off: it ends in the middle, after 1000 bytes',
    "save the run again, or take an untouched copy",
  ],
  [
    "one of a newer version",
    ["report", "newer.json"],
    '"newer.json" was made by a newer floodgate ("floodgate.result/2"); this one reads up to "floodgate.result/1"',
    "update floodgate to read it",
  ],
  [
    "edited counts",
    ["merge", "good.json", "edited.json", "-o", "m.json"],
    '"edited.json" was edited or damaged: totals: delivered 21 is not the sum of the phases, 20',
    "take an untouched copy of the file",
  ],
  [
    "no text at all",
    ["report", "garbage.json"],
    '"garbage.json" is not JSON: line 1, column 1: unexpected "\\u0000\\ufffd\\ufffd\\ufffdP"',
    "a result is a file that floodgate run has saved",
  ],
  [
    "half a file, for a report",
    ["report", "cut.json", "--junit", "never.xml"],
    '"cut.json" is cut off: it ends in the middle, after 1000 bytes',
    "save the run again, or take an untouched copy",
  ],
  [
    "one of a version that never was",
    ["merge", "good.json", "older.json", "-o", "m.json"],
    '"older.json" is not a floodgate result: its "schema" is "floodgate.result/0", not "floodgate.result/1"',
    "a result is a file that floodgate run has saved",
  ],
  [
    "an edited percentile",
    ["report", "faster.json", "--md", "never.md"],
    /^"faster\.json" was edited or damaged: totals: serviceUs: p99 1 is not that of its histogram, \d+$/,
    "take an untouched copy of the file",
  ],
  [
    "an edited exit code",
    ["merge", "good.json", "passed.json", "-o", "m.json"],
    '"passed.json" was edited or damaged: verdict: pass does not end with exit code 99',
    "take an untouched copy of the file",
  ],
  [
    "a damaged histogram of a second",
    ["report", "no-second.json", "--hlog", "never.hlog"],
    /^"no-second\.json" was edited or damaged: interval at [\d.]+ ms: slipUs: not an HdrHistogram V2 compressed in base64$/,
    "take an untouched copy of the file",
  ],
  [
    "a part that is missing",
    ["report", "no-totals.json"],
    '"no-totals.json" was edited or damaged: totals is missing',
    "take an untouched copy of the file",
  ],
  [
    "a report in place of the result",
    ["report", "good.json", "--md", "./good.json"],
    'the report of --md cannot be written to "./good.json": that file is the result',
    "name another file with --md <file>",
  ],
  [
    "a report in place of a result that is merged",
    ["merge", "good.json", "cut.json", "-o", "m.json", "--csv", "cut.json"],
    'the report of --csv cannot be written to "cut.json": that file is the result "cut.json"',
    "name another file with --csv <file>",
  ],
  [
    "two reports in one file",
    ["run", "--md", "new/r.txt", "--junit", "new/../new/r.txt"],
    'the report of --junit cannot be written to "new/../new/r.txt": that file is what --md names',
    "name another file with --junit <file>",
  ],
  [
    "two texts on stdout",
    ["run", "--json", "--md", "-"],
    "--json and --md - cannot be given together: both would write to stdout",
    "name a file for one of them",
  ],
  [
    "a folder",
    ["report", "a-folder"],
    '"a-folder" is a directory, not a result file',
    "name one of the .json files in it",
  ],
  [
    "a folder to write to",
    ["run", "-o", "a-folder"],
    'the result cannot be written to "a-folder": it is a directory',
    "name a file in it with --output <file>",
  ],
  [
    "a place below a file",
    ["run", "-o", "prose.json/out.json"],
    'the result cannot be written to "prose.json/out.json": a part of the path is a file',
    "free it, or name another place with --output <file>",
  ],
];

const laterWords: readonly Case[] = [
  later("agent", ["agent"], "the command agent", ""),
  later("--agents", ["run", "--agents", "2"], "--agents", "run "),
];

describe.each([
  ["on the command line", words],
  ["in a profile", profiles],
  ["in a threshold", thresholds],
  ["in files", resultFiles],
  ["of a later version", laterWords],
])("what is wrong %s is told in its own words and refused with 2, before anything is sent", (_, cases) => {
  it.concurrent.each(cases)("%s", async (__, args, error, hint) => {
    const end = await runCli(args, { cwd: folder });
    if (error instanceof RegExp) {
      const [, line = "", told] = /^error: (.*)\nhint: {2}(.*)\n$/.exec(end.stderr) ?? [];
      expect({ ...end, stderr: told }).toEqual({ exitCode: 2, signal: null, stdout: "", stderr: hint });
      expect(line).toMatch(error);
      return;
    }
    const lines = typeof error === "string" ? [error] : error;
    expect(end).toEqual({
      exitCode: 2,
      signal: null,
      stdout: "",
      stderr: `error: ${lines.join("\n       ")}\nhint:  ${hint}\n`,
    });
  });
});

describe("a profile that is no YAML", () => {
  it("is named with its line", async () => {
    const end = await runCli(["run", "broken.yaml"], { cwd: folder });
    expect(end.exitCode).toBe(2);
    expect(end.stderr).toMatch(/^error: broken\.yaml:\d: not YAML: .*\n/);
    expect(end.stderr).toContain("hint:  indent with spaces, and put texts with : or # in quotes\n");
    expect(end.stderr).not.toContain("    at ");
  });
});

describe("nothing", () => {
  it("of all that was refused left a file behind", async () => {
    expect([...(await readdir(folder, { recursive: true }))].sort()).toEqual([...before].sort());
  });
});

describe("a target that cannot be used", () => {
  const load = ["-c", "4", "-r", "400", "-d", "300ms", "--warmup", "0s", "--no-progress"];

  /** One clear line each on the verdict and at the end, exit code 97, and a result that says the same. */
  async function failsWith(args: readonly string[], errors: RunResult["totals"]["errors"], reason: RegExp) {
    const end = await runAndRead([...load, ...args]);
    expect(end.exitCode).toBe(97);
    const result = resultOf(end);
    expect(result.verdict).toMatchObject({ outcome: "failed", exitCode: 97 });
    expect(result.totals.errors).toEqual(errors);
    expect(result.verdict.reasons[0]).toMatch(reason);
    expect(result.totals.messages.sent).toBe(0);
    expect(linesOf(end).filter((line) => line.startsWith("[FAIL] exit code 97: "))).toHaveLength(1);
    expect(end.stdout + end.stderr).not.toMatch(/^ {4}at /m);
  }

  function linesOf(end: CliEnd): readonly string[] {
    return end.stdout.trimEnd().split("\n");
  }

  it("nothing listens there", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const reason = new RegExp(
      `^none of 4 connection attempts succeeded: connect ECONNREFUSED 127\\.0\\.0\\.1:${port}: nothing listens there$`,
    );
    await failsWith([`ws://127.0.0.1:${port}/`], { "connect/refused": 4 }, reason);
  });

  it("the name is not known", async () => {
    const reason = /getaddrinfo E[A-Z_]+ no-such-host\.invalid: the host name is not known$/;
    await failsWith(["ws://no-such-host.invalid/"], { "connect/dns": 4 }, reason);
  });

  it("it speaks something other than HTTP", async () => {
    const server = createServer((socket) => {
      socket.on("error", () => undefined).resume();
      socket.end("220 mail.example ESMTP\r\n");
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as AddressInfo;
    await failsWith([`ws://127.0.0.1:${port}/`], { "handshake/not-http": 4 }, /does not speak HTTP$/);
    await new Promise((resolve) => server.close(resolve));
  });

  it("it wants another bearer token", async () => {
    const reason = /HTTP 401 Unauthorized.*it wants a login; see --bearer and -H$/;
    await failsWith(["--mock-bearer", "right", "--bearer", "wrong"], { "handshake/status.401": 4 }, reason);
  });

  it("it is full: the rest of the connections is tested, and the report says how many were not", async () => {
    const end = await runAndRead([...load, "--mock-max-connections", "1"]);
    const { totals, warnings, failures } = resultOf(end);
    expect(totals.connections).toMatchObject({ attempted: 4, opened: 1, failed: 3 });
    expect(failures).toMatchObject([{ code: "handshake/status.503", count: 3, blame: "target" }]);
    expect(totals.messages).toMatchObject({ offered: 120, sent: 30, unsendable: 90, delivered: 30 });
    expect(warnings.map(({ code }) => code)).toContain("connections-not-open");
    expect(end.stdout).toContain("HTTP 503");
    const strict = await runAndRead([...load, "--mock-max-connections", "1", "--threshold", "errors.count==0"]);
    // On a machine so busy that the generator itself was late, gates are not judged.
    expect(strict.exitCode).toBe(resultOf(strict).generator.health === "limited" ? 96 : 99);
  });
});
