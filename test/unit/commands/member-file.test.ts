import { describe, expect, it } from "vitest";
import { fileOfMember } from "../../../src/commands/member-file.ts";

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
