import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { weightiestExitCode, type ExitCode } from "../../src/errors/exit-code.ts";
import type { RunSeries } from "../../src/compare/series-record.ts";
import type { RunResult } from "../../src/result/run-result.ts";
import { runCli } from "../support/run-cli.ts";

const short = ["-c", "2", "-r", "200", "-d", "500ms"];
/** On a busy machine every run is limited, and made again twice. */
const timeoutMs = 120_000;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "floodgate-series-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function readResult(name: string): Promise<RunResult> {
  return JSON.parse(await readFile(join(folder, name), "utf8")) as RunResult;
}

describe("floodgate run --repeat", { timeout: 150_000 }, () => {
  it("makes so many runs, each with a mock of its own, saves each and shows their spread", async () => {
    const end = await runCli(["run", "--repeat", "3", ...short, "-o", "out.json"], { cwd: folder, timeoutMs });
    expect((await readdir(folder)).sort()).toEqual(["out-1.json", "out-2.json", "out-3.json"]);
    const results = await Promise.all(["out-1.json", "out-2.json", "out-3.json"].map(readResult));
    expect(new Set(results.map(({ id }) => id)).size).toBe(3);
    // Each mock has a free port of its own.
    expect(new Set(results.map(({ target }) => target.url)).size).toBe(3);
    for (const { totals } of results) {
      expect([totals.messages.sent, totals.connections.opened]).toEqual([100, 2]);
    }
    expect(end.stderr).not.toContain("left from");
    expect(end.stdout).toMatch(/run 1 of 3.*run 2 of 3.*run 3 of 3.*Series of 3 runs/s);
    expect(end.stdout).toMatch(/^ {2}rate.delivered +\d+/m);
    expect(end.exitCode).toBe(weightiestExitCode(results.map(({ verdict }) => verdict.exitCode as ExitCode)));
  });

  it("prints one JSON document that holds every run", async () => {
    const end = await runCli(["run", "--repeat", "2", ...short, "--json", "--no-progress"], {
      cwd: folder,
      timeoutMs,
    });
    const series = JSON.parse(end.stdout) as RunSeries;
    expect(series.schema).toBe("floodgate.series/1");
    expect(series.askedRuns).toBe(2);
    expect(series.runs.map((run) => run.schema)).toEqual(["floodgate.result/1", "floodgate.result/1"]);
    const saved = await readdir(join(folder, "results"));
    // A run that was limited was made again, and both are there: each has a file of its own where none is named.
    const retries = series.warnings.filter((warning) => warning.includes("is made again"));
    expect(saved).toHaveLength(2 + retries.length);
    expect(series.verdict.exitCode).toBe(end.exitCode);
  });

  it("makes no further run after one that failed as such, and says why", async () => {
    const words = ["run", "--repeat", "2", ...short, "--mock-drop", "100%", "--drain", "100ms"];
    const end = await runCli(words, { cwd: folder });
    expect(end.exitCode).toBe(97);
    expect(await readdir(join(folder, "results"))).toHaveLength(1);
    expect(end.stdout).toContain("of which 1 was made");
    expect(end.stdout).toMatch(/exit code 97: run 1 of 2: nothing was delivered/);
  });

  it("saves a run that Ctrl-C cut off, starts no further one, and ends with 130", async () => {
    const words = ["run", "--repeat", "3", "-c", "2", "-r", "100", "-d", "2s", "-o", "out.json"];
    const signals = [{ after: /run 2 of 3[^]*t=1s/, signal: "SIGINT" as const }];
    const end = await runCli(words, { cwd: folder, signals });
    expect(end.exitCode).toBe(130);
    expect((await readdir(folder)).sort()).toEqual(["out-1.json", "out-2.json"]);
    expect((await readResult("out-1.json")).end.kind).toBe("completed");
    expect((await readResult("out-2.json")).end.kind).toBe("interrupted");
    expect(end.stderr).not.toContain("run 3 of 3");
    expect(end.stdout).toContain("of which 2 were made");
  });

  it("leaves at once at the second Ctrl-C, with what was saved before", async () => {
    const words = ["run", "--repeat", "3", "-c", "2", "-r", "100", "-d", "20s", "-o", "out.json"];
    const first = { after: /run 1 of 3[^]*t=1s/, signal: "SIGTERM" as const };
    const end = await runCli(words, { cwd: folder, signals: [first, { ...first, after: /once more to leave/ }] });
    expect(end.exitCode).toBe(143);
    expect(await readdir(folder)).toEqual([]);
  });

  it("warns of files that an older, longer series has left beside its own", async () => {
    await Promise.all(["out-2.json", "out-3.json"].map((name) => writeFile(join(folder, name), "{}")));
    const words = ["run", "--repeat", "2", "-c", "1", "-r", "50", "-d", "200ms", "-o", "out.json"];
    const { stderr } = await runCli(words, { cwd: folder, timeoutMs });
    expect(stderr).toContain("[WARN] left from a longer series, and not of this one: out-3.json\n");
  });
});
