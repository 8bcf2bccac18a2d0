import { describe, expect, it } from "vitest";
import { parseCommand } from "../../support/parse-command.ts";

const plain = { json: false, noiseThreshold: null, metrics: null, force: false, noiseFloor: null, reports: [] };

async function words(...args: readonly string[]): Promise<unknown> {
  const { called, stderr } = await parseCommand(["compare", ...args]);
  expect(stderr).toBe("");
  expect(called[0]?.[0]).toBe("compare");
  return called[0]?.[1];
}

describe("floodgate compare", () => {
  it("takes two results as one side each", async () => {
    expect(await words("a.json", "b.json")).toEqual({ ...plain, base: ["a.json"], new: ["b.json"] });
  });

  it("takes what stands behind --to as the new side, however often it is given", async () => {
    expect(await words("a.json", "b.json", "--to", "c.json", "d.json", "--to", "e.json", "--json")).toEqual({
      ...{ ...plain, json: true },
      ...{ base: ["a.json", "b.json"], new: ["c.json", "d.json", "e.json"] },
    });
  });

  it("reads its options", async () => {
    const options = ["--noise-threshold", "7.5%", "--metrics", "latency.p99", "--noise-floor", "f.json", "--force"];
    expect(await words("a", "b", ...options)).toMatchObject({
      ...{ noiseThreshold: 0.075, metrics: "latency.p99", noiseFloor: "f.json", force: true },
    });
  });

  it("takes reports as run does", async () => {
    expect(await words("a", "b", "--html", "page.html", "--md", "page.md")).toMatchObject({
      reports: [
        { flag: "--html", file: "page.html" },
        { flag: "--md", file: "page.md" },
      ],
    });
  });

  it.each([
    [["a", "b", "--html", " "], /--html is empty/],
    [["a.json"], /nothing to compare "a.json" with/],
    [["a", "b", "c"], /3 results, and no --to/],
    [[], /compare needs <base.json>/],
    [["a", ""], /empty name/],
    [["a", "--to"], /--to <new.json...> needs a value/],
    [["a", "b", "--noise-threshold", "5"], /"5" is not a share/],
    [["a", "b", "--metric", "x"], /there is no flag "--metric"\nhint: {2}did you mean --metrics\?/],
  ])("refuses %j in one line with a hint", async (args, message) => {
    const { code, stderr, called } = await parseCommand(["compare", ...args]);
    expect(called).toEqual([]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^error: [^\n]+\nhint: {2}[^\n]+\n$/);
  });
});
