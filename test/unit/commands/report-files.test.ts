import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { planReports, writeReports } from "../../../src/commands/report-files.ts";
import { exitCodeWith } from "../../../src/commands/save-run.ts";
import type { ReportRequest } from "../../../src/profile/run-request.ts";
import { renderCsv } from "../../../src/report/csv-report.ts";
import { fakeHost } from "../../support/fake-host.ts";
import { sampleResult } from "../../support/sample-result.ts";

let folder = "";
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), "floodgate-reports-"))));
afterEach(() => rm(folder, { recursive: true, force: true }));

const result = sampleResult();
const csv = (file: string): ReportRequest => ({ flag: "--csv", file });
const alone = { kept: [], json: false };

describe("planReports", () => {
  it("refuses a folder, and a place below a file, in the words of the flag", async () => {
    await writeFile(join(folder, "file"), "");
    await mkdir(join(folder, "inner"));
    await expect(planReports([csv(join(folder, "inner"))], alone)).rejects.toMatchObject({
      exitCode: 2,
      message: `the report of --csv cannot be written to "${join(folder, "inner")}": it is a directory`,
      hint: "name a file in it with --csv <file>",
    });
    await expect(planReports([csv(join(folder, "file/x.csv"))], alone)).rejects.toThrow("a part of the path is a file");
  });

  it("refuses the file of the result, by whatever name it is called", async () => {
    await writeFile(join(folder, "r.json"), "{}");
    await symlink(join(folder, "r.json"), join(folder, "link.json"));
    const kept = [{ name: "the result", path: join(folder, "link.json") }];
    const twice = planReports([csv(join(folder, "x/../r.json"))], { kept, json: false });
    await expect(twice).rejects.toMatchObject({ exitCode: 2, hint: "name another file with --csv <file>" });
    await expect(twice).rejects.toThrow("that file is the result");
  });

  it("refuses two reports in one file, before any folder is made for them", async () => {
    const file = join(folder, "new/x.csv");
    await expect(planReports([csv(file), csv(file)], alone)).rejects.toThrow("that file is what --csv names");
    expect(await readdir(folder)).toEqual([]);
  });

  it("refuses two texts on the standard output", async () => {
    await expect(planReports([csv("-")], { kept: [], json: true })).rejects.toMatchObject({
      exitCode: 2,
      message: "--json and --csv - cannot be given together: both would write to stdout",
    });
    await expect(planReports([csv("-"), csv("-")], alone)).rejects.toMatchObject({ exitCode: 2 });
  });

  it("takes away the report of an earlier run only when a new one begins", async () => {
    const file = join(folder, "old.csv");
    await writeFile(file, "old");
    await planReports([csv(file)], alone);
    expect(await readFile(file, "utf8")).toBe("old");
    await planReports([csv(file)], { ...alone, isNewRun: true });
    expect(existsSync(file)).toBe(false);
  });
});

describe("writeReports", () => {
  it("writes the text of the renderer, in folders that were not there, over an older file", async () => {
    const file = join(folder, "a/b/x.csv");
    for (let time = 0; time < 2; time++) {
      const plan = await planReports([csv(file)], alone);
      expect(await writeReports(plan, result, fakeHost().host)).toBe(true);
    }
    expect(await readFile(file, "utf8")).toBe(renderCsv(result));
    expect(await readdir(join(folder, "a/b"))).toEqual(["x.csv"]);
  });

  it("writes to the standard output for -, in place of the summary", async () => {
    const plan = await planReports([csv("-")], alone);
    expect(plan.takesStdout).toBe(true);
    const { host, stdout } = fakeHost();
    expect(await writeReports(plan, result, host)).toBe(true);
    expect(stdout()).toBe(renderCsv(result));
  });

  it("tells in one line what could not be written after all, and writes the others", async () => {
    const [lost, kept] = [join(folder, "gone/lost.csv"), join(folder, "kept.csv")];
    const plan = await planReports([csv(lost), csv(kept)], alone);
    await rm(join(folder, "gone"), { recursive: true });
    await writeFile(join(folder, "gone"), "a file stands where the folder was");
    const { host, stderr } = fakeHost();
    expect(await writeReports(plan, result, host)).toBe(false);
    expect(stderr()).toBe(
      `error: the report of --csv cannot be written to "${lost}": a part of the path is a file\n` +
        "hint:  floodgate report <result.json> --csv <file> makes it again\n",
    );
    expect(await readFile(kept, "utf8")).toBe(renderCsv(result));
  });
});

describe("exitCodeWith", () => {
  it("turns success alone into 97 when something was not written", () => {
    expect([exitCodeWith(true, 0), exitCodeWith(false, 0), exitCodeWith(false, 99)]).toEqual([0, 97, 99]);
  });
});
