import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { listProfiles } from "../../../src/commands/list-profiles.ts";
import { builtInProfiles } from "../../../src/profile/read-profile.ts";
import { fakeHost } from "../../support/fake-host.ts";

function show(name: string | undefined, environment?: string, changes: Parameters<typeof fakeHost>[0] = {}): string {
  const { host, stdout } = fakeHost(changes);
  expect(listProfiles(name, environment, host)).toBe(0);
  return stdout();
}

describe("floodgate profiles", () => {
  it("lists every profile with what it finds out and its size here, no wider than 100 columns", () => {
    const text = show(undefined, undefined, { env: { CI: "true" } });
    expect(text).toContain("environment ci (CI=true)");
    for (const name of builtInProfiles()) expect(text).toMatch(new RegExp(`^  ${name} `, "m"));
    expect(text).toContain("offered 200 msg/s = 10 connections x 20 msg/s over 3 workers");
    expect(text.split("\n").filter((line) => line.length > 100)).toEqual([]);
  });

  it("shows one as resolved here: what would run, each setting and who said so", () => {
    const text = show("peak", "dev");
    expect(text).toContain("profile peak, environment dev (--env dev)\n");
    expect(text).toContain("offered 2,000 msg/s = 50 connections x 40 msg/s over 3 workers, 15 s after 2 s warm-up");
    expect(text).toMatch(/^ {2}rate +2000 +profiles\/peak\.yaml:\d+$/m);
    expect(text).toMatch(/^ {2}maxSlip +100ms +default$/m);
    expect(text).toMatch(/^ {2}workers +3 +from the cores$/m);
    expect(text).toMatch(/^ {2}thresholds +latency\.p50<100ms/m);
    const lines = [...text.matchAll(/(?:latency\.p\d\d|delivery)\S+ +profiles\/peak\.yaml:(\d+)$/gm)].map((m) =>
      Number(m[1]),
    );
    expect(lines).toEqual([0, 1, 2, 3].map((item) => lines[0]! + item));
  });

  it("shows a profile of one's own, and hides its secrets", () => {
    const cwd = mkdtempSync(join(tmpdir(), "floodgate-"));
    writeFileSync(
      join(cwd, "own.yaml"),
      "description: mine\ntarget: ws://joe:pa55@h/\nmock: { bearer: s3cret }\nburst: { size: 5, every: 1s }\n",
    );
    const text = show("./own.yaml", undefined, { cwd });
    expect(text).toContain("own: mine");
    expect(text).toMatch(/^target: ws:\/\/h\/$/m);
    expect(text).toMatch(/^ {2}burst +size 5 every 1s +\.\/own\.yaml:4$/m);
    expect(text).not.toMatch(/pa55|s3cret/);
  });

  it("names the nearest when there is none of that name", () => {
    expect(() => show("bursts")).toThrow('there is no profile "bursts"');
  });
});
