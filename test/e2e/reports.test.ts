import { createServer, type AddressInfo } from "node:net";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { reporters } from "../../src/report/reporters.ts";
import type { RunResult } from "../../src/result/run-result.ts";
import { mergedRuns } from "../support/merged-runs.ts";
import { runCli, startCli, type CliEnd, type CliOptions } from "../support/run-cli.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "floodgate-reports-"));
  await writeFile(join(folder, "plain.yaml"), "connections: 2\nrate: 200\nduration: 1s\n");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A profile that asks for nothing. */
const load = ["run", "plain.yaml", "--no-progress"];

/** A flag for every report there is, each with a file whose name begins with `prefix`. */
const flagsOf = (prefix: string): readonly string[] =>
  reporters.flatMap(({ flag }) => [flag, `${prefix}.${flag.slice(2)}`]);

const textOf = (name: string): Promise<string> => readFile(join(folder, name), "utf8");

/** Runs with all reports and saves to `<name>.json`; the exit code, or 96 where the generator itself was too late. */
async function runAll(name: string, args: readonly string[], options: CliOptions = {}): Promise<CliEnd> {
  return runCli([...load, "-o", `${name}.json`, ...flagsOf(name), ...args], { cwd: folder, ...options });
}

/** Every report of the run `name`, made again from its file, has the same bytes; those of the run are given back. */
async function reportsOf(name: string): Promise<Readonly<Record<string, string>>> {
  const again = await runCli(["report", `${name}.json`, ...flagsOf("again")], { cwd: folder });
  expect(again).toMatchObject({ exitCode: 0, stderr: "" });
  const texts: Record<string, string> = {};
  for (const { flag } of reporters) {
    const text = await textOf(`${name}.${flag.slice(2)}`);
    expect(await textOf(`again.${flag.slice(2)}`), flag).toBe(text);
    texts[flag] = text;
  }
  return texts;
}

async function savedResult(name: string): Promise<RunResult> {
  return JSON.parse(await textOf(`${name}.json`)) as RunResult;
}

/** `name kind` of each JUnit case. */
const casesOf = (xml: string): readonly string[] =>
  [...xml.matchAll(/<testcase name="([^"]*)"[^>]*?(?:\/>|><(\w+))/g)].map(
    ([, name, kind]) => `${name} ${kind ?? "passed"}`,
  );

describe("every report is written, and is the same when made from the saved result, of a run that", () => {
  it("passes", async () => {
    const end = await runAll("pass", ["--threshold", "delivery.lost==0", "--tag", "branch=main"]);
    const { verdict, generator, totals } = await savedResult("pass");
    expect(end.exitCode, end.stderr).toBe(generator.health === "limited" ? 96 : 0);
    expect(end.stdout).toContain("delivery.lost==0");
    const reports = await reportsOf("pass");
    expect(reports["--md"]).toContain(`**${verdict.outcome}**, exit code ${end.exitCode}`);
    const kind = end.exitCode === 0 ? "passed" : "error";
    expect(casesOf(reports["--junit"]!)).toEqual([`run ${kind}`, `delivery.lost==0 ${kind}`]);
    expect(reports["--junit"]).toContain('<property name="tag.branch" value="main"/>');
    const sent = reports["--csv"]!.split("\r\n")
      .slice(1, -1)
      .map((row) => Number(row.split(",")[3]));
    expect(sent.reduce((sum, each) => sum + each, 0)).toBe(totals.messages.sent);
    expect(reports["--hlog"]!.split("\n").filter((line) => line.startsWith("Tag=latency,"))).toHaveLength(sent.length);
    expect(reports["--hgrm"]).toContain(` 1.000000000000        200\n#[Mean `);
    expect(JSON.parse(reports["--benchmark-bigger"]!)).toMatchObject([{ unit: "messages/s" }, {}, { value: 1 }]);
  });

  it("fails a threshold", async () => {
    const end = await runAll("fail", ["--threshold", "delivery.lost>=1"]);
    const { generator } = await savedResult("fail");
    const code = generator.health === "limited" ? 96 : 99;
    expect(end.exitCode, end.stderr).toBe(code);
    const reports = await reportsOf("fail");
    expect(reports["--md"]).toContain(`exit code ${code}`);
    const cases =
      code === 99 ? ["run passed", "delivery.lost&gt;=1 failure"] : ["run error", "delivery.lost&gt;=1 error"];
    expect(casesOf(reports["--junit"]!)).toEqual(cases);
  });

  it("reaches no target", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const end = await runAll("failed", ["-t", `ws://127.0.0.1:${port}/`]);
    expect(end.exitCode, end.stderr).toBe(97);
    const reports = await reportsOf("failed");
    expect(reports["--md"]).toContain("## [FAIL]");
    expect(reports["--md"]).toContain("ECONNREFUSED");
    expect(casesOf(reports["--junit"]!)).toEqual(["run error"]);
    expect(reports["--csv"]!.split("\r\n")).toHaveLength(2);
  });

  it("is interrupted", async () => {
    const run = startCli(["run", "plain.yaml", "-d", "60s", "-o", "cut.json", ...flagsOf("cut")], { cwd: folder });
    await run.waitFor("stderr", /^t=2s /m);
    run.sendSignal("SIGINT");
    expect((await run.end).exitCode).toBe(130);
    const reports = await reportsOf("cut");
    expect(reports["--md"]).toContain("**interrupted**, exit code 130");
    expect(casesOf(reports["--junit"]!)).toEqual(["run error"]);
    expect(reports["--csv"]!.split("\r\n").length).toBeGreaterThan(2);
  });
});

describe("a report that has no place", () => {
  it("is refused before anything is sent, and leaves nothing behind", async () => {
    let connections = 0;
    const server = createServer((socket) => {
      connections++;
      socket.destroy();
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as AddressInfo;
    await writeFile(join(folder, "file"), "");
    const before = await readdir(folder);
    const refused = reporters.map(async ({ flag }) => {
      const args = [...load, "-t", `ws://127.0.0.1:${port}/`, "-o", "never.json", flag, "file/below"];
      expect(await runCli(args, { cwd: folder })).toEqual({
        exitCode: 2,
        signal: null,
        stdout: "",
        stderr:
          `error: the report of ${flag} cannot be written to "file/below": a part of the path is a file\n` +
          `hint:  free it, or name another place with ${flag} <file>\n`,
      });
    });
    await Promise.all(refused);
    expect(connections).toBe(0);
    expect(await readdir(folder)).toEqual(before);
    await new Promise((resolve) => server.close(resolve));
  });

  it("that it loses while the load is running costs neither the result nor the other reports", async () => {
    const args = ["-o", "kept.json", "--md", "kept.md", "--junit", "lost/junit.xml", "--csv", "kept.csv"];
    const run = startCli(["run", "plain.yaml", "-d", "3s", ...args], { cwd: folder });
    await run.waitFor("stderr", /^t=1s /m);
    await rm(join(folder, "lost"), { recursive: true });
    await writeFile(join(folder, "lost"), "no folder any more");
    const end = await run.end;
    const { verdict, totals } = await savedResult("kept");
    expect(verdict.exitCode).toBe(0);
    expect(end.exitCode).toBe(97);
    expect(end.stderr).toContain(
      'error: the report of --junit cannot be written to "lost/junit.xml": a part of the path is a file\n' +
        "hint:  floodgate report <result.json> --junit <file> makes it again\n",
    );
    expect(totals.messages.delivered).toBe(600);
    expect(await textOf("kept.md")).toContain("exit code 0");
    expect(await textOf("kept.csv")).toContain("t_ms,");
  });

  it("does not leave that of an earlier run in its stead when the run ends without a result", async () => {
    await writeFile(join(folder, "old.xml"), "<green/>");
    const spawning = ["run", "ws://127.0.0.1:1/", "--spawn", "false", "--junit", "old.xml"];
    const end = await runCli(spawning, { cwd: folder });
    expect(end.exitCode, end.stderr).toBe(97);
    expect(await readdir(folder)).not.toContain("old.xml");
  });
});

describe("reports and the two outputs", () => {
  it("-, in place of a file, takes the place of the summary; why a run did not pass is still told", async () => {
    const end = await runCli([...load, "-o", "stdout.json", "--md", "-", "--threshold", "delivery.lost>=1"], {
      cwd: folder,
    });
    expect(end.stdout).toMatch(/^## \[/);
    expect(end.stdout.match(/Delivery/g)).toHaveLength(1);
    expect(end.stderr).toMatch(/\[(FAIL|WARN)\] .*threshold/);
    const report = await runCli(["report", "stdout.json", "--md", "-"], { cwd: folder });
    expect(report).toEqual({ exitCode: 0, signal: null, stdout: end.stdout, stderr: "" });
  });

  it("in a GitHub job stdout stays one document, what failed is noted on stderr, and the job's summary grows", async () => {
    await writeFile(join(folder, "summary.md"), "# step before\n");
    const env = { CI: "true", GITHUB_ACTIONS: "true", GITHUB_WORKSPACE: folder, GITHUB_STEP_SUMMARY: "summary.md" };
    await writeFile(
      join(folder, "gate.yaml"),
      'rate: 200\nconnections: 2\nduration: 1s\nthresholds:\n  - "delivery.lost>=1"\n',
    );
    const args = ["run", "gate.yaml", "--json", "--no-progress", "--md", "auto", "-o", "job.json"];
    const end = await runCli(args, { cwd: folder, env });
    const document = JSON.parse(end.stdout) as RunResult;
    const summary = await textOf("summary.md");
    expect(summary).toMatch(/^# step before\n\n\n## \[(FAIL|WARN)\] gate\n/);
    const noted = end.stderr.split("\n").filter((line) => line.startsWith("::"));
    const place = "file=gate.yaml,line=5,title=gate%3A delivery.lost::delivery.lost>=1: 0";
    if (document.verdict.exitCode === 99) expect(noted).toEqual([`::error ${place}`]);
    else
      expect(
        noted.some((line) => line.startsWith(`::warning ${place}`)),
        end.stderr,
      ).toBe(true);
  });

  it("of merge are those of the merged result", async () => {
    const server = startCli(["serve"]);
    const [, url] = await server.waitFor("stdout", /(ws:\/\/127\.0\.0\.1:\d+)/);
    const plan = ["run", url!, "-c", "2", "-r", "200", "-d", "1s", "-q", "-o"];
    const files = ["one.json", "two.json"];
    const end = await mergedRuns(
      files.map((file) => [...plan, file]),
      files,
      folder,
      flagsOf("both"),
    );
    server.sendSignal("SIGTERM");
    await server.end;
    expect([0, 96], end.stderr).toContain(end.exitCode);
    const reports = await reportsOf("both");
    expect(reports["--hgrm"]).toContain(" 1.000000000000        400\n");
  });
});
