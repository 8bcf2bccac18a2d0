import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { matchingFiles } from "../../../src/commands/matching-files.ts";

const folder = mkdtempSync(join(tmpdir(), "floodgate-match-"));
for (const sub of ["a", "b", "a+b"]) mkdirSync(join(folder, sub));
for (const name of [
  "a/main-2.json",
  "a/main-1.json",
  "a/main-10.json",
  "a/pr-1.json",
  "b/main-1.json",
  "a/.main-1.json",
]) {
  writeFileSync(join(folder, name), "");
}
writeFileSync(join(folder, "a+b/x(1).json"), "");
const found = async (pattern: string) =>
  (await matchingFiles(join(folder, pattern))).map((path) => path.slice(folder.length + 1));

describe("matchingFiles", () => {
  it.each([
    ["a/main-*.json", ["a/main-1.json", "a/main-10.json", "a/main-2.json"]],
    ["a/main-?.json", ["a/main-1.json", "a/main-2.json"]],
    ["*/main-1.json", ["a/main-1.json", "b/main-1.json"]],
    ["a+b/x(*).json", ["a+b/x(1).json"]],
    ["a/.main*", ["a/.main-1.json"]],
    ["a/none-*.json", []],
    ["none/*.json", []],
    ["*/*/*.json", []],
  ])("takes %s as a shell would", async (pattern, names) => {
    expect(await found(pattern)).toEqual(names);
  });

  it("leaves a plain name alone, whether there is such a file or not", async () => {
    expect(await matchingFiles("nowhere/run.json")).toEqual(["nowhere/run.json"]);
  });

  it("keeps relative what was written so", async () => {
    expect(await matchingFiles("./package.jso?")).toEqual(["./package.json"]);
    expect(await matchingFiles("package.jso?")).toEqual(["package.json"]);
  });
});
