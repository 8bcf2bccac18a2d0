import { describe, expect, it } from "vitest";
import { readJobCancel, readJobTemplate, withPadding } from "../../../src/plan/job-template.ts";

describe("how a job is handed in", () => {
  it("is split at its id, and may have filler", () => {
    expect(readJobTemplate("JOB {{key}} {{id}} {{padding}}!")).toEqual({
      kind: "value",
      value: { prefix: "JOB {{key}} ", suffix: " {{padding}}!", hasPadding: true },
    });
    expect(withPadding({ prefix: "{{padding}} ", suffix: " end" }, 3)).toEqual({ prefix: "xxx ", suffix: " end" });
    expect(readJobTemplate("{{id}}")).toEqual({ kind: "value", value: { prefix: "", suffix: "", hasPadding: false } });
  });

  it.each([
    ["JOB", "has no {{id}}"],
    ["{{id}} {{id}}", "has {{id}} 2 times"],
    ["{{id}} {{payload}}", "has the unknown word {{payload}}"],
    ["{{id}} {{padding}} {{padding}}", "has {{padding}} 2 times"],
  ])("%s: refused", (text, problem) => {
    expect(readJobTemplate(text)).toMatchObject({ kind: "problem", problem });
  });

  it("is taken back without filler", () => {
    expect(readJobCancel("DROP {{id}} {{key}}")).toEqual({
      kind: "value",
      value: { prefix: "DROP ", suffix: " {{key}}" },
    });
    expect(readJobCancel("DROP {{id}} {{padding}}")).toMatchObject({ kind: "problem" });
  });
});
