import { describe, expect, it } from "vitest";
import { nameOfMember, planSeries } from "../../../src/commands/plan-series.ts";
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
    expect(members).toEqual([{ request, side: null, ordinal: 1, count: 1 }]);
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

describe("two targets in turns", () => {
  const other = "ws://127.0.0.1:9090/";

  it("are run base new, new base, and so on, five times each unless told otherwise", async () => {
    const { members } = await membersOf("--interleave", other);
    const sides = members.map(({ side }) => side);
    expect(sides.join(" ")).toBe("base new new base base new new base base new");
    expect(members.map(({ ordinal }) => ordinal)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(members.map(nameOfMember).slice(0, 2)).toEqual(["run 1 of 10 (base)", "run 2 of 10 (new)"]);
  });

  it("differ in nothing but target, run id and the tag of their side; the k-th runs of both share a seed", async () => {
    const { request, members } = await membersOf("--interleave", other, "--repeat", "3", "--tag", "branch=main");
    const plain = ({ plan }: typeof request) => ({
      ...plan,
      runId: "",
      seed: 0,
      tags: {},
      connect: { ...plan.connect, url },
    });
    for (const { request: own, side } of members) {
      expect(plain(own)).toEqual(plain(request));
      expect(own.target).toEqual({ kind: "url", url: side === "new" ? other : url, memory: null });
      expect(own.plan.tags).toEqual({ branch: "main", side });
    }
    const seeds = (wanted: string) =>
      members.filter(({ side }) => side === wanted).map((member) => member.request.plan.seed);
    expect(seeds("base")).toEqual(seeds("new"));
    expect(new Set(seeds("base")).size).toBe(3);
    expect(new Set(members.map((member) => member.request.plan.runId)).size).toBe(6);
  });

  it("keep a seed that was asked for, and say the side in the names of their files", async () => {
    const { members } = await membersOf("--interleave", other, "--repeat", "2", "--seed", "9", "-o", "out.json");
    expect(new Set(members.map((member) => member.request.plan.seed))).toEqual(new Set([9]));
    expect(members.map((member) => member.request.output.file)).toEqual([
      "out-base-1.json",
      "out-new-1.json",
      "out-new-2.json",
      "out-base-2.json",
    ]);
  });

  it.each([
    [["--target-pid", "1"], "--interleave cannot read the memory of one target and not of the other"],
    [["--spawn", "node x.js"], "--interleave and --spawn cannot be given together"],
  ])("refuse %j, which would be of one of them only", async (words, message) => {
    await expect(membersOf("--interleave", other, ...words)).rejects.toThrow(message);
  });

  it("are two targets: the mock alone is none of them", async () => {
    const request = await runRequest(["quick", "--interleave", other]);
    expect(() => planSeries(request, fakeHost().host)).toThrow("--interleave needs the URL of the first target");
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
