import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RunRequest } from "../../../src/profile/run-request.ts";
import { runRequest } from "../../support/parse-command.ts";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "floodgate-profile-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** The request of a profile whose lost connections ask for their sessions in this way. */
function requestOf(resume: unknown, ...args: readonly string[]): Promise<RunRequest> {
  const file = join(folder, "sessions.yaml");
  writeFileSync(file, JSON.stringify({ reconnect: { resume } }));
  return runRequest([file, ...args]);
}

const resumeOf = async (resume: unknown, ...args: readonly string[]) =>
  (await requestOf(resume, ...args)).plan.connect.reconnect?.resume;

const form = { session: "$.sid", firstMessage: ["again {{session}}"], resumed: "welcome back" };

describe("how sessions are asked for", () => {
  it("is as the mock speaks of them where nothing is said of it, and the mock keeps them", async () => {
    const { plan, target } = await runRequest(["--resume"]);
    expect(plan.connect.reconnect?.resume).toEqual({
      session: { kind: "text", before: '"type":"session","session":"', after: '"' },
      firstMessages: ['{"type":"resume","session":"{{session}}"}'],
      resumed: { kind: "text", pattern: '"type":"resumed"', flags: "" },
      refused: { kind: "text", pattern: '"type":"not-resumed"', flags: "" },
    });
    expect(target).toMatchObject({ options: { sessions: { limit: 10_000, keepMs: 30_000, answers: 1000 } } });
    expect(await resumeOf(true)).toEqual(plan.connect.reconnect?.resume);
    expect(await resumeOf({})).toEqual(plan.connect.reconnect?.resume);
  });

  it("is not at all by default, nor where lost connections stay lost", async () => {
    const { plan, target } = await runRequest(["--reconnect"]);
    expect(plan.connect.reconnect?.resume).toBeNull();
    expect(target).toMatchObject({ options: { sessions: null } });
    expect((await requestOf(true, "--no-reconnect")).plan.connect.reconnect).toBeNull();
    expect(await resumeOf(false)).toBeNull();
  });

  it("is the target's way as a whole where one is given", async () => {
    expect(await resumeOf(form)).toEqual({
      ...{ session: { kind: "path", keys: ["sid"] }, firstMessages: ["again {{session}}"], refused: null },
      resumed: { kind: "text", pattern: "welcome back", flags: "" },
    });
    expect(await resumeOf({ ...form, refused: "/no|gone/i" }, "--resume")).toMatchObject({
      refused: { kind: "regex", pattern: "no|gone", flags: "i" },
    });
  });

  it.each([
    [{ ...form, session: undefined }, "lacks session"],
    [{ ...form, firstMessage: undefined }, "lacks firstMessage"],
    [{ ...form, resumed: undefined }, "lacks resumed"],
    [{ ...form, firstMessage: ["again"] }, "has no {{session}}"],
    [{ ...form, firstMessage: ["again {{sid}}"] }, "has the unknown word {{sid}}"],
    [{ ...form, session: "sid=" }, "has no (?<session>[\\w-]+)"],
  ])("is refused as %j", async (resume, fault) => {
    await expect(requestOf(resume)).rejects.toThrow(fault);
  });

  it.each(["push", "broadcast", "queue", "oneway"])("does not fit mode %s", async (mode) => {
    await expect(runRequest(["--mode", mode, "--resume"])).rejects.toThrow(`--resume does not fit mode ${mode}`);
  });
});
