import { fork, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer as createHttpServer } from "node:http";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { nodeHost } from "../../src/host/node-host.ts";
import { defaultMockOptions } from "../../src/mock-server/mock-options.ts";
import type { FromMockProcess } from "../../src/mock-server/mock-process-messages.ts";
import { startMockServer } from "../../src/mock-server/mock-server.ts";
import { openTarget, type OpenTarget } from "../../src/target/open-target.ts";
import { OpeningStopped } from "../../src/target/spawned-server.ts";
import { FrameClient } from "../support/frame-client.ts";

const host = nodeHost();
const portServer = fileURLToPath(new URL("../support/port-server.js", import.meta.url));
const mockProcess = fileURLToPath(new URL("../../dist/mock-server/mock-process.js", import.meta.url));
let target: OpenTarget | undefined;
let folder: string;
let pidFile: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "floodgate-target-"));
  pidFile = join(folder, "pid");
});

afterAll(() => rm(folder, { recursive: true, force: true }));

afterEach(async () => {
  await target?.close();
  target = undefined;
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** True while the process runs: a zombie, which only waits to be counted by its parent, does not. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

/** Asks again until there is an answer, ten seconds at most. A question that throws has none yet. */
async function until<T>(ask: () => T | undefined): Promise<T> {
  for (let asked = 0; asked < 2000; asked++) {
    try {
      const answer = ask();
      if (answer !== undefined) return answer;
    } catch {
      // not yet
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`there was no answer to ${String(ask)}`);
}

async function untilGone(pid: number): Promise<void> {
  await until(() => (isAlive(pid) ? undefined : true));
}

describe("the mock as a target", () => {
  it("runs in a process of its own, whose memory and books can be read", async () => {
    target = await openTarget({ kind: "mock", options: { ...defaultMockOptions, dropRatio: 1 } }, host);
    expect(target.description).toBe("mock (echo)");
    const client = await FrameClient.open(target.url);
    client.send(0x81, "lost");
    client.send(0x88, "");
    await client.ended();
    const books = await target.readBooks();
    expect(books).toMatchObject({ messagesIn: 1, dropped: 1, connectionsAccepted: 1 });
    expect(books!.pid).not.toBe(process.pid);
    const memory = await target.memory.read();
    expect(memory!.bytes).toBeGreaterThan(20 * 1024 * 1024);
    expect(memory!.peakBytes).toBeGreaterThanOrEqual(memory!.bytes);
    expect(target.memory.source).toBe(`/proc/${books!.pid}/status VmRSS`);
    await target.close();
    expect(isAlive(books!.pid!)).toBe(false);
  });

  it("tells how it ended, the same however often it is closed", async () => {
    target = await openTarget({ kind: "mock", options: { ...defaultMockOptions, reorderRatio: 1 } }, host);
    const client = await FrameClient.open(target.url);
    client.send(0x81, "held back");
    while ((await target.readBooks())!.messagesIn !== 1);
    const shutdown = await target.close();
    expect(shutdown).toMatchObject({ pendingDropped: 0, connectionsClosed: 1 });
    expect(await target.close()).toBe(shutdown);
  });

  it("answers null, and why, once its process is gone, and closes all the same", async () => {
    target = await openTarget({ kind: "mock", options: defaultMockOptions }, host);
    const pid = (await target.readBooks())!.pid!;
    process.kill(pid, "SIGKILL");
    await untilGone(pid);
    expect(await target.memory.read()).toBeNull();
    expect(target.memory.unavailable).toBe(`process ${pid} is gone`);
    expect(await target.readBooks()).toBeNull();
  });

  it("passes on that its port is taken", async () => {
    const mock = await startMockServer(defaultMockOptions);
    await expect(
      openTarget({ kind: "mock", options: { ...defaultMockOptions, port: mock.port } }, host),
    ).rejects.toMatchObject({
      message: `port ${mock.port} on 127.0.0.1 is already in use`,
      exitCode: 2,
    });
    await mock.close();
  });
});

describe("the process of a mock", () => {
  it("ends when its parent is killed", async () => {
    const parent = spawn(process.execPath, [
      "--input-type=module",
      "--eval",
      `import { fork } from "node:child_process";
       const child = fork(${JSON.stringify(mockProcess)}, { execArgv: [] });
       child.on("message", (message) => console.log(message.pid));
       child.send({ kind: "start", options: ${JSON.stringify(defaultMockOptions)} });`,
    ]);
    const [line] = (await once(parent.stdout, "data")) as [Buffer];
    const pid = Number(line.toString());
    expect(isAlive(pid)).toBe(true);
    parent.kill("SIGKILL");
    await untilGone(pid);
    expect(isAlive(pid)).toBe(false);
  });

  it("lets signals to the group be its parent's affair, and tells its shutdown statistics when told to stop", async () => {
    const child = fork(mockProcess);
    const messages: FromMockProcess[] = [];
    child.on("message", (message: FromMockProcess) => messages.push(message));
    child.send({ kind: "start", options: { ...defaultMockOptions, latency: { kind: "fixed", ms: 60_000 } } });
    const [listening] = (await once(child, "message")) as [Extract<FromMockProcess, { kind: "listening" }>];
    const client = await FrameClient.open(listening.url);
    child.kill("SIGINT");
    child.kill("SIGTERM");
    client.send(0x81, "pending");
    // Its answer comes after both signals have been delivered.
    client.send(0x89, "here");
    await client.until(() => client.text.includes("here"));
    expect(messages.map(({ kind }) => kind)).toEqual(["listening"]);
    child.send({ kind: "stop" });
    const [exitCode] = (await once(child, "exit")) as [number];
    expect(exitCode).toBe(0);
    expect(messages.at(-1)).toMatchObject({ kind: "stopped", statistics: { pendingFlushed: 1, connectionsClosed: 1 } });
    await client.ended();
    expect(client.text).toContain("pending");
    expect(client.closeCode()).toBe(1001);
  });

  it("ends when its parent closes the channel, whatever it was doing", async () => {
    const child = fork(mockProcess);
    child.send({ kind: "start", options: defaultMockOptions });
    await once(child, "message");
    child.disconnect();
    expect(await once(child, "exit")).toEqual([0, null]);
  });
});

describe("a started server", () => {
  const command = (port: number, behaviour = ""): string =>
    `"${process.execPath}" "${portServer}" ${port} ${behaviour}`;

  it("is waited for, measured with its children and ended", async () => {
    const port = await freePort();
    target = await openTarget(
      { kind: "spawn", url: `ws://127.0.0.1:${port}`, command: `true; ${command(port)}` },
      host,
    );
    const memory = await target.memory.read();
    // The shell alone is a few MiB; Node, its child, is tens of them.
    expect(memory!.bytes).toBeGreaterThan(20 * 1024 * 1024);
    const pid = Number(/process (\d+)/.exec(target.memory.source)![1]);
    await target.close();
    expect(isAlive(pid)).toBe(false);
    expect(await target.memory.read()).toBeNull();
    expect(target.memory.unavailable).toContain("gone");
  });

  it("is killed when it does not heed SIGTERM", async () => {
    const port = await freePort();
    const hurried = { ...host, clock: { ...host.clock, monotonicMs: () => host.clock.monotonicMs() * 4 } };
    target = await openTarget(
      { kind: "spawn", url: `ws://127.0.0.1:${port}`, command: command(port, "stubborn") },
      hurried,
    );
    const pid = Number(/process (\d+)/.exec(target.memory.source)![1]);
    await target.close();
    expect(isAlive(pid)).toBe(false);
  });

  it("is ended, and waited for no longer, when it is not wanted any more", async () => {
    const port = await freePort();
    const stop = new AbortController();
    const opening = openTarget(
      // It never listens where it is waited for; its own number goes where the test can read it.
      { kind: "spawn", url: `ws://127.0.0.1:${port}`, command: `echo $$ > "${pidFile}"; exec sleep 300` },
      host,
      stop.signal,
    );
    opening.catch(() => undefined);
    const pid = await until(() => Number(readFileSync(pidFile, "utf8")) || undefined);
    expect(isAlive(pid)).toBe(true);
    stop.abort();
    await expect(opening).rejects.toBeInstanceOf(OpeningStopped);
    expect(isAlive(pid)).toBe(false);
  });

  it("that ends at once is told with its last words", async () => {
    const port = await freePort();
    await expect(
      openTarget({ kind: "spawn", url: `ws://127.0.0.1:${port}`, command: command(port, "fails") }, host),
    ).rejects.toMatchObject({
      message: expect.stringContaining(
        `ended (exit code 3) before it accepted connections on 127.0.0.1:${port}`,
      ) as string,
      hint: expect.stringContaining("no such table: users") as string,
      exitCode: 97,
    });
  });

  it("is not started where something listens already", async () => {
    const mock = await startMockServer(defaultMockOptions);
    await expect(openTarget({ kind: "spawn", url: mock.url, command: "true" }, host)).rejects.toMatchObject({
      exitCode: 2,
    });
    await mock.close();
  });
});

describe("a server that runs already", () => {
  it("has books when it is a floodgate mock", async () => {
    const mock = await startMockServer(defaultMockOptions);
    target = await openTarget({ kind: "url", url: `${mock.url}/some/path`, memory: null }, host);
    expect(await target.readBooks()).toMatchObject({ messagesIn: 0, pid: process.pid });
    expect(target.memory.unavailable).toContain("--target-pid");
    expect(await target.memory.read()).toBeNull();
    await mock.close();
    expect(await target.readBooks()).toBeNull();
  });

  it("has none when it is any other server", async () => {
    const server = createHttpServer((_request, response) => response.end('{"messagesIn": 5}')).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    target = await openTarget({ kind: "url", url: `ws://127.0.0.1:${port}`, memory: null }, host);
    expect(await target.readBooks()).toBeNull();
    server.close();
    server.closeAllConnections();
  });

  it("refuses a process that does not exist, before anything is sent", async () => {
    const child = spawn(process.execPath, ["--version"], { stdio: "ignore" });
    await once(child, "exit");
    const memory = { kind: "pid", pid: child.pid! } as const;
    await expect(openTarget({ kind: "url", url: "ws://127.0.0.1:1", memory }, host)).rejects.toMatchObject({
      message: `--target-pid "${child.pid}": there is no such process on this machine`,
      exitCode: 2,
    });
  });

  it("can be measured by its process number", async () => {
    target = await openTarget(
      { kind: "url", url: "ws://127.0.0.1:1", memory: { kind: "pid", pid: process.pid } },
      host,
    );
    const memory = await target.memory.read();
    expect(memory!.bytes).toBeGreaterThan(1024 * 1024);
    expect(target.memory.unavailable).toBeNull();
  });

  it("is scraped at most every five seconds, and tells why when that fails", async () => {
    let scrapes = 0;
    let status = 200;
    const server = createHttpServer((_request, response) => {
      scrapes += 1;
      response.writeHead(status).end("process_resident_memory_bytes 1234\n");
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`;
    let nowMs = 0;
    const clock = { monotonicMs: () => nowMs, epochMs: () => 0 };
    target = await openTarget(
      { kind: "url", url: "ws://127.0.0.1:1", memory: { kind: "metrics", url } },
      { ...host, clock },
    );
    const { memory } = target;
    expect(await memory.read()).toEqual({ bytes: 1234 });
    expect(memory.source).toBe(`${url} process_resident_memory_bytes`);
    nowMs = 4999;
    expect(await memory.read()).toBeNull();
    expect([scrapes, memory.unavailable]).toEqual([1, null]);
    nowMs = 5000;
    status = 500;
    expect(await memory.read()).toBeNull();
    expect(memory.unavailable).toBe(`${url} answered with status 500`);
    server.close();
    server.closeAllConnections();
    await once(server, "close");
    nowMs = 10_000;
    expect(await memory.read()).toBeNull();
    expect(memory.unavailable).toContain(`${url} cannot be read: `);
  });
});
