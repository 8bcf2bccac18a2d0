import { fork, type ChildProcess } from "node:child_process";
import { runError, usageError } from "../errors/floodgate-error.ts";
import type { MockOptions } from "../mock-server/mock-options.ts";
import type { FromMockProcess, ToMockProcess } from "../mock-server/mock-process-messages.ts";
import type { ShutdownStatistics } from "../mock-server/shut-down-sessions.ts";
import { LastLines } from "./last-lines.ts";

/** Flushing and closing take 4 s at most; a process that has not ended by then is killed. */
const closeLimitMs = 6000;
const booksLimitMs = 2000;

/** A mock server in a process of its own. */
export interface MockChild {
  readonly url: string;
  readonly pid: number;
  /** Null when the process does not answer. */
  readBooks(): Promise<Readonly<Record<string, number>> | null>;
  /** Ends it gracefully, and for certain; how it ended, or null when it did not say. The same promise when called again. */
  close(): Promise<ShutdownStatistics | null>;
}

/** Starts a mock server on `options.port`. It ends when this process does, however that happens. */
export async function forkMock(options: MockOptions): Promise<MockChild> {
  const child = fork(mockProcessUrl(), { execArgv: [], stdio: ["ignore", "ignore", "pipe", "ipc"] });
  const lines = new LastLines(child.stderr);
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  // One that cannot even be started, or signalled, says so here; those who wait for an answer listen for themselves.
  child.on("error", () => undefined);
  tell(child, { kind: "start", options });
  const answer = await nextAnswer(child, null, (message) => message.kind === "listening" || message.kind === "failed");
  if (answer?.kind === "failed") {
    await exited;
    throw usageError(answer.message, answer.hint);
  }
  if (answer?.kind !== "listening")
    throw runError("the mock server ended before it could listen", lines.text() || undefined);
  let closing: Promise<ShutdownStatistics | null> | undefined;
  return {
    url: answer.url,
    pid: answer.pid,
    readBooks: () => readBooks(child),
    close: () => (closing ??= closeChild(child, exited)),
  };
}

/** Node 20 cannot run TypeScript: from the sources (in tests), the built file is taken. */
function mockProcessUrl(): URL {
  const folder = import.meta.url.endsWith(".ts") ? "../../dist/" : "../";
  return new URL(`${folder}mock-server/mock-process.js`, import.meta.url);
}

async function readBooks(child: ChildProcess): Promise<Readonly<Record<string, number>> | null> {
  const answer = nextAnswer(child, booksLimitMs, (message) => message.kind === "books");
  tell(child, { kind: "read-books" });
  const message = await answer;
  return message?.kind === "books" ? message.books : null;
}

async function closeChild(child: ChildProcess, exited: Promise<void>): Promise<ShutdownStatistics | null> {
  const answer = nextAnswer(child, null, (message) => message.kind === "stopped");
  tell(child, { kind: "stop" });
  const killer = setTimeout(() => child.kill("SIGKILL"), closeLimitMs);
  if (child.exitCode === null && child.signalCode === null) await exited;
  clearTimeout(killer);
  const message = await answer;
  return message?.kind === "stopped" ? message.statistics : null;
}

function tell(child: ChildProcess, message: ToMockProcess): void {
  // A process that has just ended refuses the message; its `exit` says the rest.
  if (child.connected) child.send(message, () => undefined);
}

/** The next message that `isWanted`; null when the process ends first, or the time is over. */
function nextAnswer(
  child: ChildProcess,
  limitMs: number | null,
  isWanted: (message: FromMockProcess) => boolean,
): Promise<FromMockProcess | null> {
  return new Promise((resolve) => {
    const timer = limitMs === null ? undefined : setTimeout(() => settle(null), limitMs);
    const onMessage = (message: FromMockProcess): void => {
      if (isWanted(message)) settle(message);
    };
    const onEnd = (): void => settle(null);
    const settle = (message: FromMockProcess | null): void => {
      clearTimeout(timer);
      child.off("message", onMessage).off("exit", onEnd).off("error", onEnd);
      resolve(message);
    };
    child.on("message", onMessage).on("exit", onEnd).on("error", onEnd);
    if (!child.connected) settle(null);
  });
}
