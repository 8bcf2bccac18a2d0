import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCli, startCli } from "../support/run-cli.ts";

let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "floodgate-run-cli-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function script(name: string, text: string): Promise<string> {
  const path = join(folder, `${name}.mjs`);
  await writeFile(path, text);
  return path;
}

describe("running the command in tests", () => {
  test("gives arguments and input in, and both outputs and the exit code back", async () => {
    const echo = await script(
      "echo",
      `process.stdin.on("data", (text) => {
         console.log(process.argv.slice(2).join("|"), String(text));
         console.error("careful");
         process.exitCode = 99;
       });`,
    );
    const end = await runCli(["run", "a b"], { script: echo, stdin: "input" });
    expect(end).toEqual({ exitCode: 99, signal: null, stdout: "run|a b input\n", stderr: "careful\n" });
  });

  test("passes nothing of the surrounding environment on, so that a CI machine is like any other", async () => {
    const show = await script("show", "console.log(Object.keys(process.env).sort().join())");
    for (const name of ["CI", "ENVIRONMENT", "QUICK_MODE", "NO_COLOR", "NODE_OPTIONS", "VITEST"]) {
      expect((await runCli([], { script: show })).stdout).not.toContain(name);
    }
    expect((await runCli([], { script: show, env: { QUICK_MODE: "true" } })).stdout).toContain("QUICK_MODE");
  });

  test("sends each signal once its pattern is on stderr, in order", async () => {
    const stubborn = await script(
      "stubborn",
      `let count = 0;
       process.on("SIGINT", () => {
         count++;
         console.error("got", count);
         if (count === 2) process.exit(130);
       });
       setInterval(() => {}, 1000);
       console.error("started");`,
    );
    const end = await runCli([], {
      script: stubborn,
      signals: [
        { after: /started/, signal: "SIGINT" },
        { after: /got 1/, signal: "SIGINT" },
      ],
    });
    expect(end).toMatchObject({ exitCode: 130, stderr: "started\ngot 1\ngot 2\n" });
  });

  test("waits for output, and says what there was instead when it never comes", async () => {
    const greeter = await script("greeter", `console.log("port 1234")`);
    const cli = startCli([], { script: greeter });
    expect((await cli.waitFor("stdout", /port (\d+)/))[1]).toBe("1234");
    await expect(cli.waitFor("stderr", /ready/)).rejects.toThrow(/never wrote \/ready\/[^]*port 1234/);
    expect((await cli.end).exitCode).toBe(0);
  });

  test("kills a run that does not end together with what it started, and shows its output", async () => {
    const child = await script(
      "child",
      `import { createServer } from "node:net";
       const server = createServer().listen(0, "127.0.0.1", () => console.log("port", server.address().port));`,
    );
    const parent = await script(
      "parent",
      `import { spawn } from "node:child_process";
       spawn(process.execPath, [process.argv[2]], { stdio: "inherit" });
       setInterval(() => {}, 1000);`,
    );
    const cli = startCli([child], { script: parent, timeoutMs: 3_000 });
    const port = Number((await cli.waitFor("stdout", /port (\d+)/))[1]);
    expect(await isListening(port)).toBe(true);
    await expect(cli.end).rejects.toThrow(/had not ended after 3000 ms[^]*port \d+/);
    // Asked by its port: a killed process may stay in the table for a while.
    await expect.poll(() => isListening(port), { timeout: 10_000 }).toBe(false);
  });
});

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
