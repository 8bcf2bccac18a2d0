import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkReports, planReports, removeOldReports, writeReports } from "../../../src/commands/report-files.ts";
import { exitCodeWith } from "../../../src/commands/say-problem.ts";
import type { ReportRequest } from "../../../src/profile/run-request.ts";
import { renderMarkdown } from "../../../src/report/markdown-report.ts";
import { renderCsv } from "../../../src/report/csv-report.ts";
import { fakeHost } from "../../support/fake-host.ts";
import { sampleResult } from "../../support/sample-result.ts";

let folder = "";
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), "floodgate-reports-"))));
afterEach(() => rm(folder, { recursive: true, force: true }));

const result = sampleResult();
const csv = (file: string): ReportRequest => ({ flag: "--csv", file });
const { host } = fakeHost();
const alone = { kept: [], json: false };

describe("planReports", () => {
  it("refuses a folder, and a place below a file, in the words of the flag", async () => {
    await writeFile(join(folder, "file"), "");
    await mkdir(join(folder, "inner"));
    const checked = async (file: string) => checkReports(await planReports([csv(file)], alone, host));
    await expect(checked(join(folder, "inner"))).rejects.toMatchObject({
      exitCode: 2,
      message: `the report of --csv cannot be written to "${join(folder, "inner")}": it is a directory`,
      hint: "name a file in it with --csv <file>",
    });
    await expect(checked(join(folder, "file/x.csv"))).rejects.toThrow("a part of the path is a file");
  });

  it("refuses the file of the result, by whatever name it is called", async () => {
    await writeFile(join(folder, "r.json"), "{}");
    await symlink(join(folder, "r.json"), join(folder, "link.json"));
    const kept = [{ name: "the result", path: join(folder, "link.json") }];
    const twice = planReports([csv(join(folder, "x/../r.json"))], { kept, json: false }, host);
    await expect(twice).rejects.toMatchObject({ exitCode: 2, hint: "name another file with --csv <file>" });
    await expect(twice).rejects.toThrow("that file is the result");
  });

  it("refuses two reports in one file, before any folder is made for them", async () => {
    const file = join(folder, "new/x.csv");
    await expect(planReports([csv(file), csv(file)], alone, host)).rejects.toThrow("that file is what --csv names");
    expect(await readdir(folder)).toEqual([]);
  });

  it("refuses two texts on the standard output", async () => {
    await expect(planReports([csv("-")], { kept: [], json: true }, host)).rejects.toMatchObject({
      exitCode: 2,
      message: "--json and --csv - cannot be given together: both would write to stdout",
    });
    await expect(planReports([csv("-"), csv("-")], alone, host)).rejects.toMatchObject({ exitCode: 2 });
  });

  it("takes away the report of an earlier run only when a new one begins", async () => {
    const file = join(folder, "old.csv");
    await writeFile(file, "old");
    const plan = await planReports([csv(file)], alone, host);
    await checkReports(plan);
    expect(await readFile(file, "utf8")).toBe("old");
    await removeOldReports(plan);
    expect(existsSync(file)).toBe(false);
    await removeOldReports(plan);
  });
});

describe("writeReports", () => {
  it("writes the text of the renderer, in folders that were not there, over an older file", async () => {
    const file = join(folder, "a/b/x.csv");
    for (let time = 0; time < 2; time++) {
      const plan = await planReports([csv(file)], alone, host);
      expect(await writeReports(plan, result, fakeHost().host)).toBe(true);
    }
    expect(await readFile(file, "utf8")).toBe(renderCsv(result));
    expect(await readdir(join(folder, "a/b"))).toEqual(["x.csv"]);
  });

  it("writes to the standard output for -, in place of the summary", async () => {
    const plan = await planReports([csv("-")], alone, host);
    expect(plan.takesStdout).toBe(true);
    const terminal = fakeHost();
    expect(await writeReports(plan, result, terminal.host)).toBe(true);
    expect(terminal.stdout()).toBe(renderCsv(result));
  });

  it("tells in one line what could not be written after all, and writes the others", async () => {
    const [lost, kept] = [join(folder, "gone/lost.csv"), join(folder, "kept.csv")];
    const plan = await planReports([csv(lost), csv(kept)], alone, host);
    await checkReports(plan);
    await rm(join(folder, "gone"), { recursive: true });
    await writeFile(join(folder, "gone"), "a file stands where the folder was");
    const terminal = fakeHost();
    expect(await writeReports(plan, result, terminal.host)).toBe(false);
    expect(terminal.stderr()).toBe(
      `error: the report of --csv cannot be written to "${lost}": a part of the path is a file\n` +
        "hint:  floodgate report <result.json> --csv <file> makes it again\n",
    );
    expect(await readFile(kept, "utf8")).toBe(renderCsv(result));
  });
});

describe("--md auto", () => {
  const md: ReportRequest = { flag: "--md", file: "auto" };
  const summaryOf = async (text: string) => {
    const path = join(folder, "summary.md");
    await writeFile(path, text);
    return { path, ...fakeHost({ env: { GITHUB_STEP_SUMMARY: path } }) };
  };

  it("appends to the summary of the job, below what others have written there", async () => {
    const job = await summaryOf("# earlier step");
    const plan = await planReports([md], alone, job.host);
    await checkReports(plan);
    await removeOldReports(plan);
    expect(await writeReports(plan, result, job.host)).toBe(true);
    expect(await readFile(job.path, "utf8")).toBe(`# earlier step\n\n${renderMarkdown(result)}`);
  });

  it("is a note where there is no job, and writes nothing", async () => {
    const plan = await planReports([md], alone, host);
    expect(plan.notes).toEqual(["--md auto: no job of GitHub Actions (GITHUB_STEP_SUMMARY is not set)"]);
    expect(await writeReports(plan, result, host)).toBe(true);
    expect(await readdir(folder)).toEqual([]);
  });

  it("is cut where the summary would be too large for GitHub, and says so", async () => {
    const job = await summaryOf(`${"x".repeat(1024 * 1024 - 501)}\n`);
    const plan = await planReports([md], alone, job.host);
    expect(await writeReports(plan, result, job.host)).toBe(true);
    const text = await readFile(job.path, "utf8");
    expect(text.length).toBeLessThanOrEqual(1024 * 1024);
    expect(text).toMatch(/## \[PASS\] steady load[^]*Cut off here/);
    expect(job.stderr()).toBe("[WARN] --md auto: cut, as the job's summary holds 1 MiB\n");
  });

  it("fails with a line where there is no room at all", async () => {
    const job = await summaryOf("x".repeat(1024 * 1024));
    const plan = await planReports([md], alone, job.host);
    expect(await writeReports(plan, result, job.host)).toBe(false);
    expect(job.stderr()).toContain("error: --md auto: the job's summary is full: it holds 1 MiB\n");
  });

  it("refuses a summary that cannot be written", async () => {
    const env = { GITHUB_STEP_SUMMARY: join(folder, "none", "summary.md") };
    const plan = await planReports([md], alone, { env });
    await expect(checkReports(plan)).rejects.toMatchObject({
      exitCode: 2,
      hint: "look at GITHUB_STEP_SUMMARY, or name a file with --md <file>",
    });
  });

  it("is an ordinary name for other reports", async () => {
    const plan = await planReports([csv("auto")], alone, host);
    expect(plan.reports.map(({ place }) => place)).toEqual([{ kind: "file", path: "auto" }]);
  });
});

describe("exitCodeWith", () => {
  it("turns success alone into 97 when something was not written", () => {
    expect([exitCodeWith(true, 0), exitCodeWith(false, 0), exitCodeWith(false, 99)]).toEqual([0, 97, 99]);
  });
});
