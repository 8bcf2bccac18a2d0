import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, stat, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { parseResult } from "../../src/result/result-file.ts";
import type { RunResult } from "../../src/result/run-result.ts";
import { mergedRuns } from "../support/merged-runs.ts";
import { runCli, startCli } from "../support/run-cli.ts";
import { resultOf, runAndRead } from "../support/saved-run.ts";

const checkout = fileURLToPath(new URL("../..", import.meta.url));
let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "floodgate-commands-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** The quick profile has thresholds; on a machine so busy that the generator itself was late they are not judged. */
const ranThrough = [0, 96];

async function savedResult(name: string): Promise<RunResult> {
  return parseResult(await readFile(join(folder, name), "utf8"), name);
}

describe("floodgate serve", () => {
  it("tells its port, answers, serves health and statistics, and ends upon SIGTERM with what it did", async () => {
    const server = startCli(["serve", "--drop", "50%", "--seed", "5"]);
    const line =
      /^mock server listening on (ws:\/\/127\.0\.0\.1:\d+) \(echo\), statistics on (http:\/\/127\.0\.0\.1:\d+)\/stats\n/;
    const [, url, web] = await server.waitFor("stdout", line);
    const run = await runAndRead([url!, "-c", "2", "-r", "200", "-d", "500ms", "--drain", "300ms", "--no-progress"]);
    const { messages } = resultOf(run).totals;
    expect(messages.delivered).toBeGreaterThan(0);
    const close = { headers: { connection: "close" } };
    expect((await fetch(`${web!}/healthz`, close)).status).toBe(200);
    const stats = (await (await fetch(`${web!}/stats`, close)).json()) as Record<string, number>;
    expect(stats).toMatchObject({ messagesIn: 100, dropped: messages.lost });
    expect((await fetch(`${web!}/nothing-here`, close)).status).toBe(404);
    const client = new WebSocket(url!);
    await new Promise((resolve) => client.once("open", resolve));
    const closed = new Promise<number>((resolve) => client.once("close", resolve));
    server.sendSignal("SIGTERM");
    expect(await closed).toBe(1001);
    const end = await server.end;
    expect(end).toMatchObject({ exitCode: 0, signal: null, stderr: "" });
    expect(end.stdout).toMatch(/\nmock server stopped in \d+ ms: .*; connections closed 1; .*\n$/);
  });

  it("says when its port is taken, in one line, and ends with 2", async () => {
    const first = startCli(["serve"]);
    const [, port] = await first.waitFor("stdout", /127\.0\.0\.1:(\d+)/);
    const second = await runCli(["serve", "--port", port!]);
    expect(second).toMatchObject({ exitCode: 2, stdout: "" });
    expect(second.stderr).toMatch(new RegExp(`^error: .*${port!}.*\nhint: .*\n$`));
    const run = await runCli(["run", "--mock-port", port!], { cwd: folder });
    expect(run).toMatchObject({ exitCode: 2, stdout: "" });
    expect(run.stderr).toContain(port!);
    expect(run.stderr).not.toContain("    at ");
    first.sendSignal("SIGINT");
    expect((await first.end).exitCode).toBe(0);
  });
});

describe("commands that only print", () => {
  it.concurrent.each([
    ["--version", [/^\d+\.\d+\.\d+\n$/]],
    ["--help", [/^Usage: floodgate \[options\] \[command\]\n/, / {2}merge \[options\] <result\.json\.\.\.>/]],
    ["run --help", [/--threshold <expr>/, /--target-metrics <url>/]],
    ["examples", [/floodgate run /, /--threshold/]],
    ["profiles", [/^Profiles, at the size they have here: environment full/, /\n {2}linear-scaling /, /\n {2}soak /]],
    ["profiles quick", [/^quick: /, /offered 1,000 msg\/s = 10 connections x 100 msg\/s/, /latency\.p99<1000ms/]],
  ])("%s prints what it promises on stdout, in ASCII, and ends with 0", async (words, patterns) => {
    const end = await runCli(words.split(" "));
    expect(end).toMatchObject({ exitCode: 0, stderr: "" });
    for (const pattern of patterns) expect(end.stdout).toMatch(pattern);
    expect(end.stdout).toMatch(/^[\n\x20-\x7e]*$/);
  });

  it.concurrent.each([
    [{}, "full (default)", "5,000"],
    [{ CI: "true" }, "ci (CI=true)", "200"],
    [{ ENVIRONMENT: "dev" }, "dev (ENVIRONMENT=dev)", "1,000"],
  ] as const)("with %j the sustained profile is that of environment %s: %s msg/s", async (env, words, rate) => {
    const end = await runCli(["profiles", "sustained"], { env });
    expect(end.stdout).toContain(`environment ${words}`);
    expect(end.stdout).toContain(`offered ${rate} msg/s`);
  });

  it("copies of the examples page can be run as they stand", async () => {
    const { stdout } = await runCli(["examples"]);
    const commands = stdout.split("\n").filter((line) => /^\s+floodgate profiles\b/.test(line));
    expect(commands.length).toBeGreaterThan(0);
    for (const command of commands) expect((await runCli(command.trim().split(/\s+/).slice(1, 3))).exitCode).toBe(0);
  });
});

describe("environments", () => {
  it("CI=true selects the figures of ci, says so and why, and saves it", async () => {
    const env = { CI: "true" };
    const run = await runAndRead(["sustained", "-d", "500ms", "--warmup", "0s", "--no-progress"], { env });
    expect(run.stderr).toContain("environment ci (CI=true)");
    expect(run.stderr).toContain("offered 200 msg/s = 10 connections x 20 msg/s");
    const { environment, totals } = resultOf(run);
    expect(environment).toMatchObject({ name: "ci", reason: "CI=true", ci: true });
    expect(totals.messages.sent).toBe(100);
    const flag = await runCli(["profiles", "sustained", "--env", "quick"], { env });
    expect(flag.stdout).toContain("environment quick (--env quick)");
  });
});

describe("outputs that cannot be written", () => {
  const main = join(checkout, "dist", "main.js");
  const load = ["run", "-c", "2", "-r", "100", "-d", "1500ms", "--warmup", "0s"];

  it("a reader of the progress that leaves does not take the run and its result with it", async () => {
    const child = spawn(process.execPath, [main, ...load, "-o", "left.json"], {
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stdout.resume();
    child.stderr.once("data", () => child.stderr.destroy());
    const [code] = (await once(child, "exit")) as [number];
    expect(ranThrough).toContain(code);
    expect((await savedResult("left.json")).totals.messages).toMatchObject({ sent: 150, delivered: 150 });
  });

  it("a disk too full for the summary is told in one line, and is no success", async () => {
    const full = openSync("/dev/full", "w");
    const child = spawn(process.execPath, [main, ...load, "--no-progress", "--json", "-o", "full.json"], {
      cwd: folder,
      stdio: ["ignore", full, "pipe"],
    });
    closeSync(full);
    let stderr = "";
    child.stderr!.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    const [code] = (await once(child, "close")) as [number];
    expect(stderr).toMatch(/\nerror: the standard output cannot be written: .*ENOSPC.*\n$/);
    expect(stderr).not.toContain("    at ");
    expect([97, 96]).toContain(code);
    expect((await savedResult("full.json")).totals.messages).toMatchObject({ sent: 150, delivered: 150 });
  });
});

describe("floodgate report and merge", () => {
  it("shows a saved result word for word as the run did, and the same document with --json", async () => {
    const args = ["run", "-c", "3", "-w", "2", "-r", "300", "-d", "500ms", "--warmup", "0s", "-o", "out.json"];
    const run = await runCli([...args, "--title", "a title", "--tag", "branch=main"], { cwd: folder });
    expect(ranThrough).toContain(run.exitCode);
    expect(run.stderr).toContain("offered 300 msg/s = 3 connections x 100 msg/s over 2 workers, 500 ms");
    const report = await runCli(["report", "out.json"], { cwd: folder });
    // The closing lines alone differ: a report saves nothing.
    const above = (text: string) => text.slice(0, text.lastIndexOf("\n\n"));
    expect({ ...report, stdout: above(report.stdout) }).toEqual({
      exitCode: 0,
      signal: null,
      stdout: above(run.stdout),
      stderr: "",
    });
    expect(report.stdout).not.toContain("saved to");
    const json = await runCli(["report", "out.json", "--json"], { cwd: folder });
    expect(JSON.parse(json.stdout)).toEqual(await savedResult("out.json"));
    const result = await savedResult("out.json");
    expect(result).toMatchObject({ title: "a title", tags: { branch: "main" } });
    expect(result.generator.workers.map(({ connections }) => connections).sort()).toEqual([1, 2]);
    expect(result.totals.messages).toMatchObject({ sent: 150, delivered: 150, lost: 0 });
  });

  it("adds the results of two generators that ran against one server at the same time", async () => {
    const server = startCli(["serve", "--duplicate", "10%"]);
    const [, url] = await server.waitFor("stdout", /(ws:\/\/127\.0\.0\.1:\d+)/);
    const plan = ["run", url!, "-d", "2s", "--no-progress", "-q"];
    const sizes = [
      ["-c", "2", "-r", "200", "-o", "one.json"],
      ["-c", "3", "-r", "300", "-o", "two.json"],
    ];
    const files = ["one.json", "two.json"];
    const merge = await mergedRuns(
      sizes.map((size) => [...plan, ...size]),
      files,
      folder,
    );
    server.sendSignal("SIGTERM");
    await server.end;
    expect(ranThrough, merge.stderr).toContain(merge.exitCode);
    const [one, two, both] = [
      await savedResult("one.json"),
      await savedResult("two.json"),
      await savedResult("both.json"),
    ];
    for (const key of ["offered", "sent", "delivered", "duplicated", "lost"] as const) {
      expect(both.totals.messages[key], key).toBe(one.totals.messages[key] + two.totals.messages[key]);
    }
    expect(both.totals.messages).toMatchObject({ sent: 1000, delivered: 1000 });
    expect(both.totals.messages.duplicated).toBeGreaterThan(0);
    expect(both.totals.latencyUs.count).toBe(1000);
    expect(both.totals.latencyUs.max).toBe(Math.max(one.totals.latencyUs.max!, two.totals.latencyUs.max!));
    expect(both.totals.connections.opened).toBe(5);
    expect(both.mergedFrom).toHaveLength(2);
    const report = await runCli(["report", "both.json"], { cwd: folder });
    expect(report.exitCode).toBe(0);
    expect(report.stdout).toContain("1,000");
  });
});

describe("the npm package", () => {
  it("holds what a run needs and no more, and runs from where it was unpacked", async () => {
    const npm = ["pack", checkout, "--ignore-scripts", "--silent", "--pack-destination", folder];
    const tarball = execFileSync("npm", npm, { cwd: folder, encoding: "utf8" }).trim().split("\n").at(-1)!;
    execFileSync("tar", ["xzf", tarball], { cwd: folder });
    const unpacked = join(folder, "package");
    expect((await readdir(unpacked)).sort()).toEqual([
      "README.md",
      "dist",
      "docs",
      "package.json",
      "profiles",
      "results",
    ]);
    expect(await readdir(join(unpacked, "results"))).toContain("result.schema.json");
    const packed = await readdir(unpacked, { recursive: true });
    expect(packed.filter((file) => /\.ts$|\.tsbuildinfo$|\.test\.|^test|node_modules|^src/.test(file))).toEqual([]);
    await symlink(join(checkout, "node_modules"), join(unpacked, "node_modules"));
    const main = join(unpacked, "dist", "main.js");
    expect((await readFile(main, "utf8")).startsWith("#!/usr/bin/env node\n")).toBe(true);
    expect((await stat(main)).mode & 0o111).toBe(0o111);
    const run = await runAndRead(["quick", "-d", "500ms", "--warmup", "0s"], { script: main });
    expect(ranThrough, run.stdout + run.stderr).toContain(run.exitCode);
    expect(resultOf(run).totals.messages).toMatchObject({ sent: 500, delivered: 500 });
    // As npm links it: by another name, in another folder.
    const link = join(folder, "floodgate");
    await symlink(main, link);
    expect((await runCli(["profiles", "quick"], { script: link })).stdout).toContain("quick: ");
  });
});
