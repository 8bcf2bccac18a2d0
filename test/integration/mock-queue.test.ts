import { once } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { defaultMockOptions, defaultStreamQueue, type MockOptions } from "../../src/mock-server/mock-options.ts";
import { startMockServer, type RunningMock } from "../../src/mock-server/mock-server.ts";
import { mockStreamForm } from "../../src/mock-server/stream-form.ts";
import { priorities } from "../../src/mock-server/stream-priorities.ts";

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

async function startMock(options: Partial<MockOptions>): Promise<RunningMock> {
  const mock = await startMockServer({
    ...{ ...defaultMockOptions, mode: "push", streamRatePerSecond: 2000, seed: 3 },
    ...{
      streamSizes: [{ sizeBytes: 32 * 1024, share: 1 }],
      streamQueue: { ...defaultStreamQueue, limit: 400, timeoutMs: 600_000 },
    },
    ...options,
  });
  stops.push(() => mock.close());
  return mock;
}

async function subscribe({ url }: RunningMock): Promise<WebSocket> {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  stops.push(() => socket.terminate());
  await once(socket, "open");
  socket.send(mockStreamForm.subscribe);
  return socket;
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe("the mock's queue, with a peer that really does not read", () => {
  it("fills once the systems' buffers are full, and tells at the end exactly what did not come, by class", async () => {
    const mock = await startMock({});
    const socket = await subscribe(mock);
    const came = new Map<string, number[]>();
    const ended = new Promise<Record<string, { last: number; givenUp: number }>>((resolve) => {
      socket.on("message", (data: Buffer) => {
        const message = JSON.parse(data.toString()) as { priority?: string; prioritySeq: number };
        if (message.priority === undefined) resolve(message as never);
        else came.set(message.priority, [...(came.get(message.priority) ?? []), message.prioritySeq]);
      });
    });
    socket.pause();
    await until(() => mock.books().displacedBulk! > 0 && mock.books().rejectedBulk! > 20);
    const streams = (await (await fetch(mock.url.replace("ws:", "http:") + "/streams")).json()) as { state: string }[];
    expect(streams).toMatchObject([{ connection: 1, state: "blocked", queued: 400 }]);
    expect(mock.books()).toMatchObject({ streamsBlocked: 1, streamQueuePeak: 400 });
    socket.send(mockStreamForm.stop);
    socket.resume();
    const told = await ended;
    const books = mock.books();
    for (const name of priorities) {
      const capital = name.charAt(0).toUpperCase() + name.slice(1);
      const sequences = came.get(name) ?? [];
      // Within its class nothing overtakes anything.
      expect(sequences).toEqual([...sequences].sort((a, b) => a - b));
      expect(new Set(sequences).size).toBe(sequences.length);
      const givenUp = books[`displaced${capital}`]! + books[`rejected${capital}`]!;
      expect(told[name]).toEqual({ last: books[`made${capital}`], givenUp });
      expect(sequences).toHaveLength(books[`made${capital}`]! - givenUp);
    }
    expect(books).toMatchObject({ displacedCritical: 0, rejectedCritical: 0, streamsBlocked: 0, streamsEnded: 1 });
    const givenUp = priorities.reduce((sum, name) => sum + told[name]!.givenUp, 0);
    expect(books.streamMessages).toBe(books.messagesOut! + givenUp);
  });

  it("ends the connection of a peer that takes nothing for the time limit, and leaves its neighbour alone", async () => {
    const mock = await startMock({ streamQueue: { ...defaultStreamQueue, limit: 50, timeoutMs: 200 } });
    const [stuck, reading] = [await subscribe(mock), await subscribe(mock)];
    let messages = 0;
    reading.on("message", () => (messages += 1));
    stuck.on("error", () => undefined);
    stuck.pause();
    await until(() => mock.books().sendTimeouts === 1);
    expect(mock.books()).toMatchObject({ slowSends: 1, connectionsCut: 1, streamsBlocked: 0 });
    const before = messages;
    await until(() => messages > before + 10);
    expect(reading.readyState).toBe(WebSocket.OPEN);
    const books = mock.books();
    const givenUp = priorities.reduce((sum, name) => {
      const capital = name.charAt(0).toUpperCase() + name.slice(1);
      return sum + books[`displaced${capital}`]! + books[`rejected${capital}`]!;
    }, 0);
    // What waited for the stuck one went with it.
    expect(books.streamMessages).toBe(books.messagesOut! + givenUp + books.unansweredAtDisconnect!);
    expect(books.unansweredAtDisconnect).toBe(50);
  });
});
