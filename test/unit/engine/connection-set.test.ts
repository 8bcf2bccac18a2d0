import { describe, expect, it, vi } from "vitest";
import { counter } from "../../../src/measure/worker-cells.ts";
import { useFakeTime } from "../../support/fake-time.ts";
import { constantLoad as constant, SendingWorker } from "../../support/sending-worker.ts";

describe("the connection set", () => {
  useFakeTime();

  it("opens at the asked rate", async () => {
    const worker = new SendingWorker({ connections: 10, connect: { ratePerSecond: 10 } });
    const opened = worker.connections.openUpTo(10);
    await vi.advanceTimersByTimeAsync(450);
    expect(worker.transports.length).toBe(5);
    await vi.advanceTimersByTimeAsync(600);
    await opened;
    expect(worker.connections.ready).toBe(10);
  });

  it("counts attempts that were begun long after their turn", async () => {
    const worker = new SendingWorker({ connections: 10, connect: { ratePerSecond: 10 } });
    const opened = worker.connections.openUpTo(10);
    await vi.advanceTimersByTimeAsync(450);
    worker.jumpMs = 300;
    await vi.advanceTimersByTimeAsync(600);
    await opened;
    // The sixth to the eighth were due 300, 200 and 100 ms before; the ninth just then.
    expect(worker.count(counter.attempted)).toBe(10);
    expect(worker.count(counter.attemptedLate)).toBe(3);
  });

  it("settles when some fail, and says how many are ready", async () => {
    const worker = new SendingWorker({ connections: 3 });
    worker.opensItself = false;
    const opened = worker.connections.openUpTo(3);
    worker.transports[0]!.open();
    const failure = { phase: "connect", kind: "refused", blame: "target", example: "refused" } as const;
    for (const transport of worker.transports.slice(1)) {
      transport.end({ opened: false, closeCode: 1006, closeReason: "", failure });
    }
    await opened;
    expect(worker.connections.ready).toBe(1);
    expect(worker.count(counter.failed)).toBe(2);
  });

  it("counts a connection as ready only when the sign was seen, and as failed when it never comes", async () => {
    const ready = { kind: "regex", pattern: "welcome \\d+", flags: "i" } as const;
    const worker = new SendingWorker({ connections: 2, connect: { ready, firstMessages: ["login"] } });
    const opened = worker.connections.openUpTo(2);
    await vi.advanceTimersByTimeAsync(5);
    expect(worker.connections.ready).toBe(0);
    expect(worker.transports[0]!.messages.map(String)).toEqual(["login"]);
    worker.transports[0]!.receive(Buffer.from("hello"), Buffer.from("Welcome 7"));
    expect(worker.connections.ready).toBe(1);
    await vi.advanceTimersByTimeAsync(1500);
    await opened;
    expect(worker.count(counter.failed)).toBe(1);
  });

  it("opens again after a loss when asked to, with waits that grow", async () => {
    const worker = new SendingWorker({
      connections: 1,
      connect: {
        reconnect: { baseMs: 100, maxMs: 1000, maxAttempts: null, bufferMessages: null, breaker: null, resume: null },
      },
    });
    await worker.open();
    worker.transports[0]!.end({ opened: true, closeCode: 1006, closeReason: "", failure: undefined });
    await vi.advanceTimersByTimeAsync(300);
    expect(worker.transports).toHaveLength(2);
    expect(worker.count(counter.reconnects)).toBe(1);
    expect(worker.connections.ready).toBe(1);
  });

  it("opens again what a segment with fewer had closed, even while the target is slow to close", async () => {
    const worker = new SendingWorker({ connections: 3 });
    await worker.open();
    const [, second, third] = worker.transports;
    for (const transport of [second!, third!]) transport.close = () => undefined;
    await worker.connections.openUpTo(1);
    const opened = worker.connections.openUpTo(3);
    await vi.advanceTimersByTimeAsync(10);
    expect(worker.connections.ready).toBe(1);
    for (const transport of [second!, third!]) transport.destroy();
    await vi.advanceTimersByTimeAsync(10);
    await opened;
    expect(worker.connections.ready).toBe(3);
    expect(worker.count(counter.reconnects)).toBe(0);
  });

  it("does not reopen what it is told to stop opening", async () => {
    const reconnect = { baseMs: 100, maxMs: 100, maxAttempts: null, bufferMessages: null, breaker: null, resume: null };
    const worker = new SendingWorker({ connections: 1, connect: { reconnect } });
    await worker.open();
    worker.transports[0]!.end({ opened: true, closeCode: 1006, closeReason: "", failure: undefined });
    worker.connections.stopOpening();
    await vi.advanceTimersByTimeAsync(1000);
    expect(worker.transports).toHaveLength(1);
  });

  it("closes everything and leaves no timer behind", async () => {
    const worker = new SendingWorker({ connections: 5 });
    await worker.open();
    await worker.connections.closeAll();
    expect(worker.transports.every((transport) => transport.isOver)).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("closes many in turns, and takes none of them for the target's doing meanwhile", async () => {
    const worker = new SendingWorker({
      connections: 200,
      connect: {
        reconnect: { baseMs: 1, maxMs: 1, maxAttempts: null, bufferMessages: null, breaker: null, resume: null },
      },
    });
    const opened = worker.connections.openUpTo(200);
    await vi.advanceTimersByTimeAsync(100);
    await opened;
    const allClosed = worker.connections.closeAll();
    const isOver = (): number => worker.transports.filter((transport) => transport.isOver).length;
    expect([isOver(), worker.connections.ready]).toEqual([64, 0]);
    worker.transports.at(-1)!.end({ opened: true, closeCode: 1001, closeReason: "", failure: undefined });
    await vi.advanceTimersByTimeAsync(10);
    await allClosed;
    expect(isOver()).toBe(200);
    expect([worker.count(counter.closed), worker.transports.length, vi.getTimerCount()]).toEqual([0, 200, 0]);
  });

  it("finds a message inside a frame that wraps it", async () => {
    const worker = new SendingWorker({ connections: 1 });
    await worker.open();
    const ended = worker.start([constant(10)], 1000);
    await vi.advanceTimersByTimeAsync(1300);
    await ended;
    const transport = worker.transports[0]!;
    const wrapped = transport.messages.map((message) => Buffer.from(JSON.stringify({ echo: message.toString() })));
    transport.receive(...wrapped, Buffer.from("something else"));
    expect(worker.count(counter.delivered)).toBe(10);
    expect(worker.count(counter.unsolicited)).toBe(1);
  });

  it("counts nothing that is said before its ready sign as unsolicited, but all that comes after it", async () => {
    const ready = { kind: "text", pattern: "welcome", flags: "" } as const;
    const worker = new SendingWorker({ connections: 1, connect: { ready } });
    const opened = worker.connections.openUpTo(1);
    await vi.advanceTimersByTimeAsync(10);
    const transport = worker.transports[0]!;
    transport.receive(Buffer.from("who are you?"));
    expect(worker.connections.ready).toBe(0);
    transport.receive(Buffer.from("welcome"));
    await opened;
    expect([worker.connections.ready, worker.count(counter.unsolicited)]).toEqual([1, 0]);
    transport.receive(Buffer.from("news"));
    expect(worker.count(counter.unsolicited)).toBe(1);
    expect(worker.count(counter.bytesReceived)).toBe("who are you?".length + "news".length);
  });
});
