import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { JobJournal } from "../../../src/mock-server/job-journal.ts";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "floodgate-journal-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

const path = (): string => join(folder, "jobs.jsonl");

describe("the journal of a queue", () => {
  it("has its totals again when it is opened anew", () => {
    const first = new JobJournal(path());
    first.count("k1", "submitted");
    first.count("k1", "accepted");
    first.count("k2", "submitted");
    first.close();
    const second = new JobJournal(path());
    second.count("k1", "submitted");
    expect(second.sum()).toMatchObject({ submitted: 3, accepted: 1, completed: 0 });
    second.close();
    expect(new JobJournal(path()).sum().submitted).toBe(3);
  });

  it("writes what has changed by itself, so that a server that is killed loses none of it", async () => {
    const journal = new JobJournal(path());
    journal.count("k1", "completed");
    await new Promise((resolve) => setImmediate(resolve));
    expect(new JobJournal(path()).sum().completed).toBe(1);
    journal.close();
  });

  it("leaves out a line that was cut off in the middle", () => {
    const journal = new JobJournal(path());
    journal.count("k1", "started");
    journal.close();
    appendFileSync(path(), '{"key":"k1","subm');
    expect(new JobJournal(path()).sum().started).toBe(1);
    expect(readFileSync(path(), "utf8").split("\n")).toHaveLength(2);
  });

  it("is written anew when it has grown long", () => {
    const journal = new JobJournal(path());
    for (let turn = 0; turn < 202; turn += 1) {
      for (let key = 0; key < 100; key += 1) journal.count(`k${key}`, "submitted");
      journal.write();
    }
    expect(readFileSync(path(), "utf8").split("\n").length).toBeLessThan(1000);
    journal.close();
    expect(new JobJournal(path()).sum().submitted).toBe(20_200);
  });

  it("refuses a file that is something else, and one that cannot be", () => {
    writeFileSync(path(), "not a journal\n");
    expect(() => new JobJournal(path())).toThrow(/line 1 is none of a queue's/);
    expect(readFileSync(path(), "utf8")).toBe("not a journal\n");
    expect(() => new JobJournal(join(folder, "none", "jobs.jsonl"))).toThrow(/cannot be used/);
  });

  it("keeps its totals without a file, too", () => {
    const journal = new JobJournal(null);
    journal.count("k1", "refused");
    expect(journal.sum().refused).toBe(1);
    journal.close();
  });
});
