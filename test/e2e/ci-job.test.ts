import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import type { RunResult } from "../../src/result/run-result.ts";
import { readCiPage, type JobCommand } from "../support/ci-page.ts";

const page = readCiPage();
const [gate, measureBase, measureNew, showComparison] = page.github;

/** So far from each other, and from the bounds of the page, that a busy machine does not blur it. */
const [fastMs, slowMs] = [250, 750];
const mainPath = fileURLToPath(new URL("../../dist/main.js", import.meta.url));
const smallServer = new URL("../support/small-server.js", import.meta.url);

/** A checkout of a change, with what it changes in `base`, as the job finds it when its first command begins. */
interface Checkout {
  readonly folder: string;
  readonly port: number;
}

interface StepEnd {
  readonly code: number | null;
  /** Standard output and error, as the log of the job has them. */
  readonly log: string;
}

let root: string;
let fast: Checkout;
let slow: Checkout;
const ends = new Map<string, StepEnd>();

async function checkOut(name: string, serviceMs: number): Promise<Checkout> {
  const folder = join(root, name);
  await mkdir(join(folder, "base"), { recursive: true });
  await mkdir(join(folder, "node_modules/.bin"), { recursive: true });
  await symlink(mainPath, join(folder, "node_modules/.bin/floodgate"));
  await writeFile(join(folder, "load.yaml"), shortened(page.profile));
  await writeFile(join(folder, "base/server.js"), buildOf(fastMs));
  await writeFile(join(folder, "server.js"), buildOf(serviceMs));
  return { folder, port: await freePort() };
}

const buildOf = (serviceMs: number): string =>
  `process.env.SERVICE_MS = "${serviceMs}"; import(${JSON.stringify(smallServer.href)});\n`;

/** The load of the page, a second of it: so slow a server shows in that, and a test may not take as long as a job. */
const shortened = (profile: string): string =>
  stringify({ ...(parse(profile) as object), rate: 200, warmup: "0s", duration: "1s" });

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** As the runner does: the words of the page in a shell that ends with the first command that fails. */
async function step({ folder, port }: Checkout, { command, env }: JobCommand): Promise<StepEnd> {
  const child = spawn("bash", ["-e", "-c", command], {
    cwd: folder,
    detached: true,
    env: {
      HOME: root,
      PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
      ...env,
      PORT: String(port),
      CI: "true",
      GITHUB_ACTIONS: "true",
      GITHUB_WORKSPACE: folder,
      GITHUB_STEP_SUMMARY: join(folder, "summary.md"),
    },
  });
  const killAll = (): void => void process.kill(-child.pid!, "SIGKILL");
  process.once("exit", killAll);
  let log = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (log += text));
  const [code] = (await once(child, "close")) as [number | null];
  process.off("exit", killAll);
  return { code, log };
}

/**
 * Null where the runner could not keep the schedule: then the job is undecided (96), or has a base that nothing is compared
 * with (2), which is right and says no more of the server.
 */
function expectCode(name: string, code: number): StepEnd | null {
  const end = ends.get(name)!;
  const isBaseSpoiled = end.code === 2 && end.log.includes("was limited by its generator");
  if (end.code === 96 || isBaseSpoiled) return null;
  expect(end.code, `${name}\n${end.log}`).toBe(code);
  return end;
}

const read = ({ folder }: Checkout, name: string): Promise<string> => readFile(join(folder, name), "utf8");

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "floodgate-job-"));
  const base = await checkOut("base", fastMs);
  [fast, slow] = await Promise.all([checkOut("fast", fastMs), checkOut("slow", slowMs)]);
  const run = async (name: string, checkout: Checkout, command: JobCommand): Promise<void> =>
    void ends.set(name, await step(checkout, command));
  // They wait most of the time, and far longer than they could hold each other up.
  await Promise.all([run("base", base, measureBase!), run("fast gate", fast, gate!), run("slow gate", slow, gate!)]);
  for (const { folder } of [fast, slow]) {
    for (const name of await readdir(join(base.folder, "load"))) {
      await cp(join(base.folder, "load", name), join(folder, "load", name));
    }
  }
  await Promise.all([run("fast new", fast, measureNew!), run("slow new", slow, measureNew!)]);
  await run("fast comparison", fast, showComparison!);
  await run("slow comparison", slow, showComparison!);
}, 240_000);
afterAll(() => rm(root, { recursive: true, force: true }));

describe("the job of docs/ci.md", () => {
  it("passes with a build that is as fast as the one it changes: 0", async () => {
    expectCode("base", 0);
    expectCode("fast gate", 0);
    expect(await read(fast, "summary.md")).toContain("load");
    if (expectCode("fast new", 0) === null) return;
    expect(ends.get("fast comparison")!.code).toBe(0);
    expect(await read(fast, "summary.md")).toMatch(/^## \[\w+\] new against base$/m);
  });

  it("fails with a slow build: 99 for the threshold, which is noted at the job and first in its summary", async () => {
    const end = expectCode("slow gate", 99);
    if (end === null) return;
    expect(end.log).toMatch(/^::error title=[^\n]*::latency\.p50<500ms/m);
    expect(await read(slow, "summary.md")).toMatch(/\[FAIL\].*latency\.p50<500ms/);
    const result = JSON.parse(await read(slow, "load/gate.json")) as RunResult;
    expect(result.verdict).toMatchObject({ outcome: "fail", exitCode: 99 });
    expect(result.totals.messages.lost).toBe(0);
  });

  it("fails with a slow build: 98 for the regression, by five runs a side", async () => {
    const end = expectCode("slow new", 98);
    if (end === null) return;
    expect(end.log).toMatch(/\[FAIL\] regression: latency\.p50 is worse: \+(19|20)\d\.?\d*%/);
    expect(ends.get("slow comparison")!.code).toBe(98);
    expect(await read(slow, "summary.md")).toMatch(/^## \[FAIL\] new against base$/m);
    const last = JSON.parse(await read(slow, "load/new-5.json")) as RunResult;
    expect(last.comparison?.base.runs).toHaveLength(5);
    expect(last.comparison?.new.runs).toHaveLength(5);
  });

  it("leaves the reports that it uploads, whatever its codes", async () => {
    for (const checkout of [fast, slow]) {
      const files = await readdir(join(checkout.folder, "load"));
      expect(files).toEqual(expect.arrayContaining(["base-5.json", "gate.html", "gate.json", "gate.xml"]));
      expect(await read(checkout, "load/gate.xml")).toContain('<testcase name="latency.p50&lt;500ms"');
    }
    if (expectCode("slow new", 98) === null) return;
    expect(await read(slow, "load/comparison.html")).toContain("latency.p50");
    expect(await read(slow, "load/new-5.xml")).toContain("regression: latency.p50 is worse");
  });
});

describe("the jobs of docs/ci.md", () => {
  it("go on after a gate that has failed, in GitHub Actions", () => {
    expect(page.github.map(({ runsAlways }) => runsAlways)).toEqual([false, true, true, true]);
  });

  it("are the same for both services, but for where the Markdown goes", () => {
    const alike = ({ command }: JobCommand): string => command.replace(/--md \S+/, "--md");
    expect(page.gitlab.map(alike)).toEqual(page.github.map(alike));
  });
});
