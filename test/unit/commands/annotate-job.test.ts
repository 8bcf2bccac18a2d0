import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { annotateJob } from "../../../src/commands/annotate-job.ts";
import { fakeHost } from "../../support/fake-host.ts";
import { sampleCheck, sampleResult } from "../../support/sample-result.ts";

let repository = "";
beforeAll(async () => {
  repository = await mkdtemp(join(tmpdir(), "floodgate-repository-"));
  await mkdir(join(repository, "load"));
  await writeFile(join(repository, "load/chat.yaml"), "");
});
afterAll(() => rm(repository, { recursive: true, force: true }));

/** What is said on stderr of a threshold from `source`, with the load tests in load/ of the repository. */
function told(source: string, env: Readonly<Record<string, string>>): string {
  const { host, stdout, stderr } = fakeHost({ env, cwd: join(repository, "load") });
  const thresholds = [sampleCheck({ outcome: "fail", source })];
  const verdict = { outcome: "fail", exitCode: 99, reasons: ["x"] } as const;
  annotateJob(sampleResult({ thresholds, verdict }), host);
  expect(stdout()).toBe("");
  return stderr();
}

describe("annotateJob", () => {
  const job = () => ({ GITHUB_ACTIONS: "true", GITHUB_WORKSPACE: repository });

  it("names the file from the top of the repository, wherever the command was started", () => {
    expect(told("./chat.yaml:7", job())).toBe(
      "::error file=load/chat.yaml,line=7,title=steady load%3A latency.p99::latency.p99<50ms: 3.160 ms\n",
    );
  });

  it.each(["--threshold", "default", "none.yaml:3", "/etc/hosts:1"])(
    "names no file for a threshold from %s, which is in none of the repository",
    (source) => {
      expect(told(source, job())).toMatch(/^::error title=/);
    },
  );

  it("says nothing outside of GitHub Actions", () => {
    expect(told("chat.yaml:7", {})).toBe("");
    expect(told("chat.yaml:7", { GITHUB_ACTIONS: "false" })).toBe("");
  });
});
