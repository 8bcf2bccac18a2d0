import { describe, expect, it } from "vitest";
import { parseCommand } from "../../support/parse-command.ts";

describe("floodgate report --trend", () => {
  it("takes many results, and names the file of the page", async () => {
    const { called, stderr } = await parseCommand(["report", "a.json", "r/*.json", "--trend", "out.html"]);
    expect(stderr).toBe("");
    expect(called).toEqual([["trend", { files: ["a.json", "r/*.json"], file: "out.html", metrics: null }]]);
  });

  it("takes a single result, and the metrics asked for", async () => {
    const { called } = await parseCommand(["report", "a.json", "--trend", "out.html", "--metrics", "latency.p99"]);
    expect(called).toEqual([["trend", { files: ["a.json"], file: "out.html", metrics: "latency.p99" }]]);
  });

  it.each([
    [["a", "b"], /report shows one result, and 2 are named\nhint: {2}--trend <file> shows all of them over time/],
    [["a", "--metrics", "latency.p99"], /--metrics needs --trend/],
    [["a", "--trend", " "], /--trend is empty/],
    [["a", "", "--trend", "o"], /empty name/],
    [["a", "--trend", "o", "--json"], /--json and --trend cannot be given together/],
    [["a", "--trend", "o", "--csv", "c"], /--csv and --trend cannot be given together/],
    [["a", "--trend"], /--trend <file> needs a value/],
  ])("refuses %j in one line with a hint", async (args, message) => {
    const { code, stderr, called } = await parseCommand(["report", ...args]);
    expect(called).toEqual([]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^error: [^\n]+\nhint: {2}[^\n]+\n$/);
  });
});
