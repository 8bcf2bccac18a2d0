import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SharedRead } from "../../src/mock-server/shared-read.ts";
import type { FrameMemory } from "../../src/wire/frame-memory.ts";

let server: Server;
const clients: Socket[] = [];

beforeEach(async () => {
  server = createServer({ allowHalfOpen: true });
  await once(server.listen({ port: 0, host: "127.0.0.1" }), "listening");
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await new Promise((resolve) => server.close(resolve));
});

async function accept(): Promise<{ client: Socket; accepted: Socket }> {
  const client = connect({ port: (server.address() as AddressInfo).port, host: "127.0.0.1", allowHalfOpen: true });
  clients.push(client);
  const [accepted] = (await once(server, "connection")) as [Socket];
  return { client, accepted };
}

describe("SharedRead, with the sockets of this Node", () => {
  it("reads all of them into the same memory, through another socket", async () => {
    const shared = new SharedRead();
    const memories = new Set<FrameMemory>();
    for (const text of ["one", "two"]) {
      const { client, accepted } = await accept();
      const read = new Promise<string>((resolve) => {
        const socket = shared.take(accepted, {
          onRead(memory, end) {
            memories.add(memory);
            resolve(memory.bytes.toString("latin1", 0, end));
          },
        });
        expect(socket).not.toBe(accepted);
      });
      client.write(text);
      expect(await read).toBe(text);
    }
    expect(memories.size).toBe(1);
  });

  it("answers after the peer has ended its side, and then ends", async () => {
    const { client, accepted } = await accept();
    const socket = new SharedRead().take(accepted, { onRead: () => undefined });
    const isEnded = once(socket, "end");
    const isClosed = once(socket, "close");
    client.end();
    await isEnded;
    const answer = once(client, "data");
    socket.end("bye");
    expect(String((await answer)[0])).toBe("bye");
    await isClosed;
  });

  it("pauses and reads on, and loses nothing meanwhile", async () => {
    const { client, accepted } = await accept();
    let received = 0;
    const socket = new SharedRead().take(accepted, { onRead: (_memory, end) => void (received += end) });
    socket.pause();
    // More than the kernels' buffers hold.
    const sent = 32 * 1024 * 1024;
    client.write(Buffer.alloc(sent));
    for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(received).toBe(0);
    socket.resume();
    while (received < sent) await new Promise((resolve) => setImmediate(resolve));
    expect(received).toBe(sent);
    socket.destroy();
  });

  it("leaves the old socket closed and the connection open", async () => {
    const { client, accepted } = await accept();
    const isOldClosed = once(accepted, "close");
    const socket = new SharedRead().take(accepted, { onRead: () => undefined });
    await isOldClosed;
    const received = once(client, "data");
    socket.write("still here");
    expect(String((await received)[0])).toBe("still here");
    socket.destroy();
  });
});
