import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { leftFromLongerSeries } from "../../../src/commands/save-run.ts";

describe("leftFromLongerSeries", () => {
  it("finds the files that a pattern would take for runs of this series, and no others", async () => {
    const folder = mkdtempSync(join(tmpdir(), "floodgate-left-"));
    const names = ["out-2.json", "out-3.json", "out-10.json", "out-4.json", "out-x.json", "out-4.txt", "outer-9.json"];
    for (const name of [...names, "out-05.json", "out.json"]) writeFileSync(join(folder, name), "");
    expect(await leftFromLongerSeries(join(folder, "out.json"), 3)).toEqual(["out-4.json", "out-10.json"]);
    expect(await leftFromLongerSeries(join(folder, "out.json"), 10)).toEqual([]);
  });

  it("finds none where there is no directory yet", async () => {
    expect(await leftFromLongerSeries("/nonexistent/out.json", 1)).toEqual([]);
  });
});
