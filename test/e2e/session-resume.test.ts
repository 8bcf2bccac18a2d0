import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ResultResilience, RunResult } from "../../src/result/run-result.ts";
import { callAndRead, resultOf, type SavedRun } from "../support/saved-run.ts";
import { startSessionServer, type SessionHabit, type SessionServer } from "../support/session-server.ts";

let folder = "";
const closing: (() => Promise<void>)[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "floodgate-sessions-"));
});
afterAll(async () => {
  for (const close of closing) await close();
  await rm(folder, { recursive: true, force: true });
});

const drain = ["--warmup", "0s", "--drain", "3s", "--no-progress"];
const load = ["-c", "12", "-r", "600", "-d", "1s", ...drain];
/** Each connection is cut after 20 messages, with its answers under way. */
const cutting = ["--mock-latency", "30ms", "--mock-disconnect-after", "20"];

interface Found {
  readonly run: SavedRun;
  readonly messages: RunResult["totals"]["messages"];
  readonly sessions: NonNullable<ResultResilience["sessions"]>;
  readonly books: Readonly<Record<string, number>>;
}

async function find(...args: readonly string[]): Promise<Found> {
  const run = await callAndRead(["run", ...args], { timeoutMs: 60_000 });
  const { resilience, totals, target } = resultOf(run);
  if (resilience?.sessions == null) throw new Error(`nothing is told of sessions\n${run.stdout}`);
  const { sessions } = resilience;
  // Holds whatever happened.
  expect(totals.messages.expected).toBe(totals.messages.delivered + totals.messages.lost);
  expect(sessions.inFlight.lostThoughResumed + sessions.inFlight.lostWithSession).toBe(totals.messages.lostClosed);
  return { run, messages: totals.messages, sessions, books: target.books ?? {} };
}

const findAtMock = (...args: readonly string[]) =>
  find(...load, ...cutting, "--resume", "--reconnect-buffer", "1000", ...args);

/** A machine too busy to keep the schedule judges nothing. */
function expectFailed({ exitCode }: SavedRun, outcomes: readonly string[], { run }: Found): void {
  if (exitCode === 96) return;
  expect(exitCode, run.stdout).toBe(99);
  expect(outcomes).toContain("fail");
}

const outcomesOf = ({ run }: Found) => resultOf(run).thresholds.map(({ outcome }) => outcome);

describe.concurrent("sessions of connections that were cut", () => {
  it("are resumed by the mock, and what was in flight comes then: all of it that the mock has read", async () => {
    const { messages, sessions, books } = await findAtMock();
    expect(books.connectionsCut).toBeGreaterThan(12);
    expect(sessions).toMatchObject({ interrupted: books.connectionsCut, resumed: books.sessionsResumed, unnamed: 0 });
    expect(sessions).toMatchObject({ lost: 0, unknown: 0 });
    expect(books).toMatchObject({ sessionsRefused: 0, sessionsExpired: 0, keptDropped: 0, unansweredAtDisconnect: 0 });
    expect(books.keptSent).toBeGreaterThan(0);
    expect(sessions.inFlight.answeredLater).toBe(books.keptSent);
    expect(messages.delivered).toBe(books.messagesIn);
    expect(messages).toMatchObject({ duplicated: 0, reordered: 0, unsolicited: 0 });
  });

  it("are found out where they are said to be resumed, and their answers are gone", async () => {
    const found = await findAtMock("--mock-session-forget", "100%", "--threshold", "sessions.unanswered==0");
    const { run, messages, sessions, books } = found;
    expect(books.keptForgotten).toBeGreaterThan(0);
    expect(sessions).toMatchObject({ resumed: books.sessionsResumed, lost: 0, inFlight: { answeredLater: 0 } });
    expect(sessions.inFlight.lostThoughResumed).toBeGreaterThanOrEqual(books.keptForgotten!);
    expect(messages.lost).toBe(messages.sent - books.messagesIn! + books.answersKept!);
    expect(run.stdout).toContain("lost though resumed");
    expectFailed(run, outcomesOf(found), found);
  });

  it("bring duplicates where answers are sent twice, and no message is delivered twice", async () => {
    const { messages, sessions, books } = await findAtMock("--mock-session-repeat", "100%");
    expect(messages.duplicated).toBeGreaterThan(0);
    expect(messages.duplicated).toBe(books.duplicated);
    expect(sessions.inFlight.answeredLater).toBe(books.keptSent);
    expect(messages.delivered).toBe(books.messagesIn);
  });

  it("are lost where the mock refuses them, with what was in flight, and the clients go on as new ones", async () => {
    const found = await findAtMock("--mock-session-refuse", "100%", "--threshold", "sessions.resumed==100%");
    const { run, messages, sessions, books } = found;
    expect(sessions).toMatchObject({ interrupted: books.connectionsCut, resumed: 0, lost: books.sessionsRefused });
    expect(sessions.inFlight).toMatchObject({ answeredLater: 0, lostThoughResumed: 0 });
    expect(messages.lost).toBe(messages.sent - books.messagesIn! + books.answersKept!);
    expectFailed(run, outcomesOf(found), found);
  });

  it("keep a closed loop full, whose every message is told of once", async () => {
    const args = ["-c", "12", "-r", "max", "--in-flight", "4", "-d", "1s", ...drain, ...cutting, "--resume"];
    const { messages, sessions, books } = await find(...args);
    expect(sessions.resumed).toBe(books.sessionsResumed);
    expect(sessions.inFlight.answeredLater).toBe(books.keptSent);
    expect(messages.delivered).toBe(books.messagesIn);
    expect(messages.windowTimeouts).toBe(0);
  });
});

describe.concurrent("sessions of a server with words of its own", () => {
  async function findAt(habit: SessionHabit, ...args: readonly string[]): Promise<Found & { server: SessionServer }> {
    const server = await startSessionServer(habit, 20);
    closing.push(() => server.close());
    const profile = join(folder, `${habit}.yaml`);
    const settings = {
      target: server.url,
      firstMessage: ["LOGIN me", "OPEN"],
      ready: "sid=",
      connect: { timeout: "1s" },
      reconnect: {
        buffer: 1000,
        resume: {
          session: "sid=(?<session>[\\w-]+)",
          firstMessage: ["LOGIN me", "RESUME {{session}}"],
          resumed: "/^RESUMED$/",
          refused: "GONE",
        },
      },
    };
    await writeFile(profile, JSON.stringify(settings));
    return { server, ...(await find(profile, ...load, ...args)) };
  }

  it("are resumed, and bring what was in flight", async () => {
    const { server, messages, sessions } = await findAt("sound");
    const { books } = server;
    expect(sessions).toMatchObject({ interrupted: books.cut, resumed: books.resumed, lost: 0, unknown: 0, unnamed: 0 });
    expect(books.sentLater).toBeGreaterThan(0);
    expect(sessions.inFlight.answeredLater).toBeGreaterThanOrEqual(books.sentLater);
    expect(messages.delivered).toBe(books.received - books.left());
    expect(messages).toMatchObject({ duplicated: 0, reordered: 0, unsolicited: 0 });
  });

  it("are found out where they are resumed without their answers", async () => {
    const found = await findAt("forgetful", "--threshold", "sessions.unanswered==0");
    const { server, messages, sessions, run } = found;
    expect(server.books.forgotten).toBeGreaterThan(0);
    expect(sessions.resumed).toBe(server.books.resumed);
    expect(messages.lost).toBe(messages.sent - server.books.received + server.books.forgotten + server.books.left());
    expect(sessions.inFlight.lostThoughResumed).toBeGreaterThanOrEqual(server.books.forgotten);
    expectFailed(run, outcomesOf(found), found);
  });

  it("are opened anew where the server has none of old", async () => {
    const { server, sessions, messages } = await findAt("strict");
    expect(sessions).toMatchObject({ interrupted: server.books.cut, resumed: 0, lost: server.books.refused });
    expect(messages.delivered).toBe(server.books.received - server.books.left());
  });

  it("are unknown where the server does not answer, and its clients begin anew", async () => {
    const { server, sessions, run } = await findAt("mute", "-d", "2s");
    expect(sessions.interrupted).toBe(server.books.cut);
    expect(sessions.unknown).toBeGreaterThan(0);
    expect(sessions).toMatchObject({ resumed: 0, lost: 0, inFlight: { answeredLater: 0 } });
    expect(run.stdout).toContain("sessions unknown: the target said nothing of them in time");
    expect(resultOf(run).totals.errors["open/session-unknown"]).toBeGreaterThanOrEqual(sessions.unknown);
  });
});
