import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { WebSocket } from "ws";
import { defaultMockOptions } from "../../src/mock-server/mock-options.ts";
import { startMockServer, type RunningMock } from "../../src/mock-server/mock-server.ts";

type Reply = Readonly<Record<string, unknown>>;

let folder = "";
let mock: RunningMock | null = null;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "floodgate-queue-"));
});

afterEach(async () => {
  await mock?.close();
  await rm(folder, { recursive: true });
});

/** Says something to a mock that keeps a journal, and waits for a reply of that type. */
async function ask(url: string, message: object, type: string): Promise<Reply> {
  const socket = new WebSocket(url);
  await once(socket, "open");
  const reply = new Promise<Reply>((resolve) =>
    socket.on("message", (data: Buffer) => {
      const told = JSON.parse(data.toString()) as Reply;
      if (told.type === type) resolve(told);
    }),
  );
  socket.send(JSON.stringify(message));
  const told = await reply;
  socket.close();
  return told;
}

it("the statistics of the mock's queue outlive it", async () => {
  const options = { ...defaultMockOptions, mode: "queue", queueJournal: join(folder, "jobs.jsonl") } as const;
  mock = await startMockServer(options);
  await ask(mock.url, { type: "submit", key: "k1", id: "one" }, "completed");
  const before = await ask(mock.url, { type: "statistics" }, "statistics");
  expect(before).toMatchObject({ submitted: 1, accepted: 1, started: 1, completed: 1, waiting: 0, running: 0 });
  await mock.close();
  mock = await startMockServer(options);
  expect(await ask(mock.url, { type: "statistics" }, "statistics")).toEqual(before);
  await ask(mock.url, { type: "submit", key: "k2", id: "two" }, "completed");
  expect(await ask(mock.url, { type: "statistics" }, "statistics")).toMatchObject({ submitted: 2, completed: 2 });
  expect(mock.books()).toMatchObject({ jobsSubmitted: 1, jobsCompleted: 1 });
});
