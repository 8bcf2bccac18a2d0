import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import type { AddressInfo, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { WebSocketServer, type WebSocket } from "ws";
import { brokenIdentities } from "../../src/result/check-identities.ts";
import type { RunResult } from "../../src/result/run-result.ts";
import { startPythonEcho } from "../support/foreign-servers.ts";
import { frameBytes } from "../support/frame-bytes.ts";
import { startCli } from "../support/run-cli.ts";
import { resultOf, runAndRead, type SavedRun } from "../support/saved-run.ts";

const [text, binary, close] = [1, 2, 8] as const;
const stops: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** The target's end of the connection that misbehaves. */
interface BadConnection {
  readonly socket: WebSocket;
  /** Under the WebSocket, for bytes that `ws` would never send. */
  readonly tcp: Socket;
}

interface Target {
  readonly url: string;
  /** Close codes that the client sent, by the number of the connection. */
  readonly closeCodes: ReadonlyMap<number, number>;
  pongs: number;
}

/** An echo server of which the first connection does something bad in place of its `after`th answer. */
async function targetThat(misbehaves: (connection: BadConnection) => void, after = 10): Promise<Target> {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false, autoPong: true });
  const closeCodes = new Map<number, number>();
  const target = { url: "", closeCodes, pongs: 0 };
  let connections = 0;
  server.on("connection", (socket, request) => {
    const index = connections++;
    let messages = 0;
    socket.on("error", () => undefined);
    socket.on("pong", () => (target.pongs += 1));
    socket.on("close", (code) => closeCodes.set(index, code));
    socket.on("message", (data: Buffer, isBinary) => {
      messages += 1;
      if (index > 0 || messages < after) socket.send(data, { binary: isBinary });
      else if (messages === after) misbehaves({ socket, tcp: request.socket });
    });
  });
  await once(server, "listening");
  stops.push(async () => {
    for (const client of server.clients) client.terminate();
    await new Promise((resolve) => server.close(resolve));
  });
  target.url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return target;
}

/** 400 messages over four connections in half a second, but for what is given; a hundred of them on the first. */
async function load(url: string, args: readonly string[] = []): Promise<SavedRun> {
  const run = await runAndRead([
    ...[url, "-c", "4", "-r", "800", "-d", "500ms", "--drain", "500ms", "--no-progress", "--seed", "3"],
    ...args,
  ]);
  expect(brokenIdentities(resultOf(run))).toEqual([]);
  return run;
}

/** On a machine so busy that the generator itself was late, gates are not judged; but never for what the target did. */
function gateFailedCode(run: SavedRun): number {
  expect(blameOf(resultOf(run))).toEqual([]);
  return resultOf(run).generator.health === "limited" ? 96 : 99;
}

/** These targets hold messages up for half a second and more; a busy machine makes the generator late by far less. */
const leastHoldMs = 150;

/**
 * What the generator is accused of that only the target can have caused: messages left unsent, and slip as long as the
 * target's own doing and beyond the longest time that the event loop stood still.
 */
function blameOf({ generator }: RunResult): readonly string[] {
  const longestLagMs = (generator.lagUs?.max ?? 0) / 1000;
  return generator.reasons.filter((reason) => {
    const slipMs = Number(/slip p\d+ ([\d.]+) ms/.exec(reason)?.[1] ?? 0);
    return reason.includes("of the schedule") || slipMs > Math.max(leastHoldMs, longestLagMs + 5);
  });
}

describe("a target that breaks the protocol on one of its connections", () => {
  const noErrors = ["--threshold", "errors.count==0", "--threshold", "delivery.ratio>0.5"];

  test.each([
    ["text that is no UTF-8", frameBytes(text, Buffer.from([0xc3, 0x28])), "invalid-utf8", 1007],
    ["a masked frame", frameBytes(text, "hello", { maskKey: 0x01020304 }), "unexpected-mask", 1002],
    ["a message over --max-message", frameBytes(binary, Buffer.alloc(70_000)), "message-too-big", 1009],
    ["a close frame with code 1005", frameBytes(close, Buffer.from([0x03, 0xed])), "invalid-close-code", 1002],
    ["a frame of a kind that does not exist", frameBytes(3, "hello"), "invalid-opcode", 1002],
    ["a compressed frame nobody agreed on", frameBytes(text, "hello", { rsv: 4 }), "unexpected-rsv", 1002],
  ])("%s: counted as what it is, answered with its close code, the others unharmed", async (_, bytes, kind, code) => {
    const target = await targetThat(({ tcp }) => tcp.write(bytes));
    const run = await load(target.url, ["--max-message", "64KiB", ...noErrors]);
    const { totals, phases } = resultOf(run);
    expect(totals.errors).toEqual({ [`protocol/${kind}`]: 1 });
    expect(target.closeCodes.get(0)).toBe(code);
    expect([...target.closeCodes.values()].filter((each) => each === 1000)).toHaveLength(3);
    expect(totals.connections).toMatchObject({ opened: 4, closed: 1, failed: 0 });
    expect(totals.messages).toMatchObject({ offered: 400, lostMissing: 0, lostCorrupt: 0, corrupted: 0 });
    // Nine answers on the bad connection, a hundred on each of the others.
    expect(totals.messages.delivered).toBe(309);
    expect(totals.messages.lostClosed + totals.messages.unsendable).toBe(91);
    expect(phases).toHaveLength(1);
    expect(run.exitCode).toBe(gateFailedCode(run));
    expect(run.stdout).toContain("errors.count==0");
    expect(run.stderr + run.stdout).not.toContain("    at ");
  });

  test("a frame cut off by the end of the connection is an abnormal end", async () => {
    const target = await targetThat(({ tcp }) => tcp.end(frameBytes(text, "never all of it").subarray(0, 6)));
    const run = await load(target.url);
    const result = resultOf(run);
    expect(result.totals.errors).toEqual({ "close/abnormal": 1 });
    expect(result.failures[0]?.example).toContain("in the middle of a message");
    expect(result.totals.messages.delivered).toBe(309);
    expect(run.exitCode).toBe(0);
  });

  test("a message that drips in for ever does not keep the run from ending", async () => {
    const target = await targetThat(({ tcp }) => {
      tcp.write(frameBytes(text, Buffer.alloc(10_000, 0x20)).subarray(0, 4));
      const drip = setInterval(() => tcp.write(" "), 10);
      tcp.on("close", () => clearInterval(drip));
    });
    const run = await load(target.url);
    const { totals, durationMs } = resultOf(run);
    expect(totals.messages).toMatchObject({ sent: 400, delivered: 309, lostMissing: 91 });
    expect(totals.errors).toEqual({});
    expect(durationMs).toBeLessThan(15_000);
    expect(run.exitCode).toBe(0);
  });
});

describe("a target that says goodbye in the middle", () => {
  test.each([
    [1000, "unexpected-normal"],
    [1001, "unexpected-normal"],
    [1013, "try-again-later"],
    [4002, "private"],
  ])("with %d: the failure close/%s, its reason shown, its messages lost as closed", async (code, kind) => {
    const target = await targetThat(({ socket }) => socket.close(code, "see you"));
    const run = await load(target.url);
    const { totals, failures } = resultOf(run);
    expect(totals.errors).toEqual({ [`close/${kind}`]: 1 });
    expect(totals.connections.closeCodes).toEqual({ [code]: 1 });
    expect(failures[0]?.example).toBe(`a close frame with code ${code}: "see you"`);
    expect(totals.messages).toMatchObject({ delivered: 309, lostMissing: 0 });
    expect(totals.messages.lostClosed + totals.messages.unsendable).toBe(91);
    expect(run.stdout).toContain("see you");
    expect(run.exitCode).toBe(0);
  });
});

describe("a target that pings", () => {
  test("is answered while the load goes on", async () => {
    let pings = 0;
    const target = await targetThat(({ socket }) => {
      const timer = setInterval(() => socket.ping(`still there? ${pings++}`), 20);
      socket.on("close", () => clearInterval(timer));
    });
    const run = await load(target.url);
    expect(pings).toBeGreaterThan(3);
    // The last ones may cross the close frame.
    expect(target.pongs).toBeGreaterThan(pings / 2);
    expect(resultOf(run).totals.errors).toEqual({});
    expect(resultOf(run).totals.messages.unsolicited).toBe(0);
  });
});

describe("a target that does not read", () => {
  test("ends in time, in bounded memory, and is not taken for a slow generator", async () => {
    const target = await targetThat(({ socket }) => socket.pause());
    const flags = ["-r", "1000", "-d", "2s", "-s", "16KiB", "--max-buffered", "256KiB"];
    const run = await load(target.url, [...flags, "--threshold", "delivery.ratio==1"]);
    const result = resultOf(run);
    const { messages } = result.totals;
    expect(messages.unsentBlocked).toBeGreaterThan(0);
    expect(messages).toMatchObject({ offered: 2000, skipped: 0, unsendable: 0, unsentLate: 0 });
    // The other three have had all of theirs.
    expect(messages.delivered).toBe(1509);
    expect(blameOf(result)).toEqual([]);
    expect(result.warnings.map(({ code }) => code)).toContain("target-not-reading");
    expect(result.durationMs).toBeLessThan(20_000);
    expect(result.memory.generator?.growthBytes ?? 0).toBeLessThan(100_000_000);
    expect(result.memory.generator?.peakBytes ?? 0).toBeLessThan(400_000_000);
    expect(run.exitCode).toBe(gateFailedCode(run));
  });
});

describe("a target in a process of its own", () => {
  /** A run against python's echo that is told of once the load has begun; its result. */
  async function disturbed(args: readonly string[], disturb: (pid: number) => Promise<void>): Promise<SavedRun> {
    const server = await startPythonEcho();
    stops.push(() => server.close());
    const folder = await mkdtemp(join(tmpdir(), "floodgate-target-"));
    try {
      const run = startCli(["run", server.url, "-c", "4", "-r", "400", "-o", "out.json", ...args], { cwd: folder });
      await run.waitFor("stderr", /sent=[1-9]/);
      await disturb(server.pid!);
      const end = await run.end;
      const result = JSON.parse(await readFile(join(folder, "out.json"), "utf8")) as RunResult;
      expect(brokenIdentities(result)).toEqual([]);
      return { ...end, saved: ["out.json"], result };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  test("frozen for 1.5 s: the tail shows all of it, the median nothing, and the generator is not blamed", async () => {
    const run = await disturbed(["-d", "5s", "--drain", "5s"], async (pid) => {
      process.kill(pid, "SIGSTOP");
      await new Promise((resolve) => setTimeout(resolve, 1500));
      process.kill(pid, "SIGCONT");
    });
    const result = resultOf(run);
    const { latencyUs, messages } = result.totals;
    expect(messages).toMatchObject({ sent: 2000, delivered: 2000, lost: 0, unsentBlocked: 0 });
    expect(latencyUs.max).toBeGreaterThan(1_300_000);
    // 600 of 2000 messages became due while it stood still: a closed loop would have seen four late ones.
    expect(latencyUs.p90).toBeGreaterThan(500_000);
    expect(latencyUs.p50).toBeLessThan(300_000);
    expect(blameOf(result)).toEqual([]);
    expect(run.exitCode).toBe(0);
  });

  test("killed: what was in flight is lost as closed, what came before counts, and the words say what happened", async () => {
    const flags = ["-d", "3s", "--threshold", "delivery.ratio>=0.99"];
    const run = await disturbed([...flags, "--threshold", "errors.count==0"], (pid) => {
      process.kill(pid, "SIGKILL");
      return Promise.resolve();
    });
    const { totals, failures, durationMs, generator } = resultOf(run);
    expect(totals.connections).toMatchObject({ opened: 4, closed: 4, openAtEnd: 0 });
    expect(totals.errors).toEqual({ "close/abnormal": 4 });
    expect(totals.messages).toMatchObject({ offered: 1200, lostMissing: 0, refused: 0 });
    expect(totals.messages.delivered).toBeGreaterThan(100);
    expect(totals.messages.unsendable).toBeGreaterThan(100);
    expect(totals.messages.lost).toBe(totals.messages.lostClosed);
    expect(failures).toMatchObject([{ code: "close/abnormal", blame: "target", count: 4 }]);
    expect(run.stdout).toContain("the connection broke without a close frame");
    expect(generator.lostWorkers).toEqual([]);
    expect(durationMs).toBeLessThan(15_000);
    expect(run.exitCode).toBe(gateFailedCode(run));
  });

  test("killed with --reconnect: goes on trying, and counts what it could not send", async () => {
    const run = await disturbed(["-d", "2s", "--reconnect"], (pid) => {
      process.kill(pid, "SIGKILL");
      return Promise.resolve();
    });
    const { totals } = resultOf(run);
    expect(totals.errors["close/abnormal"]).toBe(4);
    expect(totals.errors["connect/refused"]).toBeGreaterThan(0);
    expect(totals.connections.reconnects).toBe(0);
    expect(totals.connections.openAtEnd).toBe(0);
    expect(run.exitCode).toBe(0);
  });
});
