import type { MockSession } from "./mock-session.ts";

/** How a mock server came to its end. */
export interface ShutdownStatistics {
  /** Answers that were waiting and were sent. */
  readonly pendingFlushed: number;
  /** Answers that were waiting and were not sent, because their peer did not read in time. */
  readonly pendingDropped: number;
  readonly connectionsClosed: number;
  /** The listener, and the timer for waiting answers when it ran. */
  readonly backgroundTasksStopped: number;
  readonly durationMs: number;
}

/** Peers have so long to take what is pending. */
const flushLimitMs = 2000;
/** Peers have so long to answer the close frame. */
const closeLimitMs = 1000;
const pollMs = 5;

/** Sends what is pending, then closes all with 1001 (going away), then ends those that have not answered. */
export async function shutDownSessions(
  sessions: ReadonlySet<MockSession>,
): Promise<Pick<ShutdownStatistics, "pendingFlushed" | "pendingDropped" | "connectionsClosed">> {
  const connectionsClosed = sessions.size;
  let pendingFlushed = 0;
  for (const session of sessions) session.stopTaking();
  await waitUntil(flushLimitMs, () => {
    let isDone = true;
    for (const session of sessions) {
      pendingFlushed += session.flushPending();
      if (session.pendingAnswers > 0 || session.bufferedBytes > 0) isDone = false;
    }
    return isDone;
  });
  let pendingDropped = 0;
  for (const session of sessions) pendingDropped += session.close(1001);
  await waitUntil(closeLimitMs, () => sessions.size === 0);
  for (const session of sessions) session.destroy();
  await waitUntil(closeLimitMs, () => sessions.size === 0);
  return { pendingFlushed, pendingDropped, connectionsClosed };
}

/** Looks at once and then every few milliseconds. */
async function waitUntil(limitMs: number, isDone: () => boolean): Promise<void> {
  const untilMs = performance.now() + limitMs;
  while (!isDone() && performance.now() < untilMs) await new Promise((resolve) => setTimeout(resolve, pollMs));
}
