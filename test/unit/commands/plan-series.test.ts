import { describe, expect, it } from "vitest";
import { fileOfMember, planSeries } from "../../../src/commands/plan-series.ts";
import { fakeHost } from "../../support/fake-host.ts";
import { runRequest } from "../../support/parse-command.ts";

const url = "ws://127.0.0.1:8080/";

async function membersOf(...args: string[]) {
  const { host } = fakeHost();
  const request = await runRequest([url, ...args]);
  // The random numbers of a fake host begin anew with it, those of a machine do not.
  for (let drawn = 0; drawn < 10; drawn++) host.randomSeed();
  return { request, members: planSeries(request, host) };
}

describe("planSeries", () => {
  it("makes of one run a series of one, its file as it was named", async () => {
    const { request, members } = await membersOf("-o", "out.json");
    expect(members).toEqual([{ request, ordinal: 1, count: 1 }]);
  });

  it("gives each run an id and a seed of its own, and changes nothing else", async () => {
    const { request, members } = await membersOf("--repeat", "3", "-c", "7", "-r", "500");
    expect(members.map(({ ordinal, count }) => [ordinal, count])).toEqual([
      [1, 3],
      [2, 3],
      [3, 3],
    ]);
    for (const key of ["runId", "seed"] as const) {
      expect(new Set(members.map((member) => member.request.plan[key])).size).toBe(3);
    }
    for (const member of members) {
      expect({ ...member.request.plan, seed: 0, runId: "" }).toEqual({ ...request.plan, seed: 0, runId: "" });
      expect(member.request.settings).toEqual(request.settings);
      expect(member.request.output).toEqual(request.output);
    }
  });

  it("keeps a seed that was asked for", async () => {
    const { members } = await membersOf("--repeat", "2", "--seed", "42");
    expect(members.map((member) => member.request.plan.seed)).toEqual([42, 42]);
  });

  it("numbers the file that --output names, before its ending", async () => {
    const { members } = await membersOf("--repeat", "2", "-o", "a/out.json");
    expect(members.map((member) => member.request.output.file)).toEqual(["a/out-1.json", "a/out-2.json"]);
  });
});

describe("the reports of a series", () => {
  it("have a file of each run's own", async () => {
    const { members } = await membersOf("--repeat", "2", "--csv", "seconds.csv");
    expect(members.map((member) => member.request.output.reports.map(({ file }) => file))).toEqual([
      ["seconds-1.csv"],
      ["seconds-2.csv"],
    ]);
  });

  it("all go to the summary of the job that --md auto means", async () => {
    const { members } = await membersOf("--repeat", "2", "--md", "auto");
    expect(members.map((member) => member.request.output.reports.map(({ file }) => file))).toEqual([
      ["auto"],
      ["auto"],
    ]);
  });

  it("cannot all go to stdout", async () => {
    await expect(membersOf("--repeat", "2", "--csv", "-")).rejects.toThrow(
      "--csv - cannot be given with --repeat: each run has a report",
    );
  });
});

describe("fileOfMember", () => {
  it.each([
    ["out.json", "out-3.json"],
    ["out", "out-3"],
    ["../a.b/out.tar.json", "../a.b/out.tar-3.json"],
    ["/x/.json", "/x/.json-3"],
  ])("of %s is %s", (file, own) => {
    expect(fileOfMember(file, "3")).toBe(own);
  });
});
