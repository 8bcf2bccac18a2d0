import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { chdir, cwd } from "node:process";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { noiseFloorPath } from "../../../src/commands/noise-floor-files.ts";
import { findNoiseFloor, parseNoiseFloor } from "../../../src/commands/read-noise-floor.ts";
import { makeNoiseFloor } from "../../../src/compare/noise-floor.ts";
import { comparedRun, comparedRuns } from "../../support/compared-runs.ts";
import { fakeHost } from "../../support/fake-host.ts";

const record = makeNoiseFloor(
  comparedRuns("aa", [1, 1.1]).map(({ result }) => result),
  { createdAt: "2026-01-02T00:00:00.000Z", toolVersion: "0.1.0" },
);
const run = comparedRun("new");
const before = cwd();
let folder = "";

function hostAt(days: number): ReturnType<typeof fakeHost> {
  const epochMs = Date.parse(record.createdAt) + days * 86_400_000;
  return fakeHost({ clock: { monotonicMs: () => 0, epochMs: () => epochMs } });
}

async function keep(text: string): Promise<string> {
  const path = noiseFloorPath(run);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
  return path;
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "floodgate-floor-"));
  chdir(folder);
});

afterEach(async () => {
  chdir(before);
  await rm(folder, { recursive: true, force: true });
});

describe("findNoiseFloor", () => {
  it("takes the one that was kept for this load and host, and none where there is none", async () => {
    expect(await findNoiseFloor(null, run, hostAt(1).host)).toBeNull();
    const file = await keep(JSON.stringify(record));
    expect(await findNoiseFloor(null, run, hostAt(1).host)).toEqual({ file, record });
    const other = { ...run, environment: { ...run.environment, hostFingerprint: "ffff" } };
    expect(await findNoiseFloor(null, other, hostAt(1).host)).toBeNull();
  });

  it("leaves an old one out, and a damaged one, with a warning", async () => {
    await keep(JSON.stringify(record));
    const old = hostAt(40);
    expect(await findNoiseFloor(null, run, old.host)).toBeNull();
    expect(old.stderr()).toMatch(/^\[WARN\] the stored noise floor is not used: .* is 40 days old; it holds for 30\n$/);
    await keep("{");
    const damaged = hostAt(1);
    expect(await findNoiseFloor(null, run, damaged.host)).toBeNull();
    expect(damaged.stderr()).toMatch(/^\[WARN\] the stored noise floor is not used: .* is cut off: .*\n$/);
  });

  it("refuses the one that was named when it is missing, old, or of something else", async () => {
    await writeFile("floor.json", JSON.stringify(record));
    expect((await findNoiseFloor("floor.json", run, hostAt(1).host))?.file).toBe("floor.json");
    await expect(findNoiseFloor("nope.json", run, hostAt(1).host)).rejects.toThrow(/no noise floor file "nope.json"/);
    await expect(findNoiseFloor("floor.json", run, hostAt(31).host)).rejects.toThrow(/"floor.json" is 31 days old/);
    const closed = { ...run, config: { ...run.config, model: "closed" as const } };
    await expect(findNoiseFloor("floor.json", closed, hostAt(1).host)).rejects.toThrow(/another load: loop open, not/);
  });
});

describe("parseNoiseFloor", () => {
  it.each([
    ["[]", /is not a noise floor: it has no "schema"/],
    ['{"schema":"floodgate.result/1"}', /its "schema" is "floodgate.result\/1"/],
    [JSON.stringify({ ...record, metrics: [{}] }), /was edited or damaged: metrics.0.name is missing/],
    [JSON.stringify({ ...record, runs: [] }), /was edited or damaged: runs is/],
  ])("refuses %s", (text, message) => {
    expect(() => parseNoiseFloor(text, "x.json")).toThrow(message);
    expect(() => parseNoiseFloor(text, "x.json")).toThrow(expect.objectContaining({ exitCode: 2 }));
  });
});
