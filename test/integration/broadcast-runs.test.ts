import { afterEach, describe, expect, it } from "vitest";
import { startChat, type ChatCopy, type ChatServer } from "../support/chat-server.ts";
import { startNchan, type ForeignServer } from "../support/foreign-servers.ts";
import { resultOf, runAndRead } from "../support/saved-run.ts";

const started: ForeignServer[] = [];

afterEach(async () => {
  for (const server of started.splice(0)) await server.close();
});

async function use<T extends ForeignServer>(server: Promise<T>): Promise<T> {
  started.push(await server);
  return server;
}

/** A broadcast of a second with two workers, so that most copies come to another thread than the one that published. */
async function broadcast(args: readonly string[]) {
  const run = await runAndRead([
    ...["--mode", "broadcast", "-w", "2", "-d", "1s", "--drain", "3s", "--seed", "5", "--no-progress"],
    ...args,
  ]);
  const result = resultOf(run);
  const { messages, fanOut } = result.totals;
  expect(messages.expected, run.stdout).toBe(messages.delivered + messages.lost);
  return { run, result, messages, fanOut: fanOut!, books: result.target.books!, faulty: result.faultyReceivers! };
}

describe("what a broadcast finds out equals what the mock did", () => {
  it("reaches every connection of every room, from several publishers in each", async () => {
    const args = ["-c", "30", "--rooms", "3", "--publishers", "2", "-r", "300"];
    const { messages, fanOut, books, faulty, run } = await broadcast(args);
    expect(run.exitCode, run.stdout + run.stderr).toBe(0);
    expect(messages).toMatchObject({
      sent: 300,
      expected: 3000,
      delivered: 3000,
      lost: 0,
      duplicated: 0,
      reordered: 0,
    });
    expect(fanOut).toMatchObject({ reach: 1, receiversPerMessage: 10, presentAtSend: 3000, indeterminate: 0 });
    expect(fanOut).toMatchObject({ timed: 300, incomplete: 0, unsettled: 0, joins: 30, leaves: 0, misrouted: 0 });
    expect(fanOut.lastUs.count).toBe(300);
    expect(faulty).toEqual({ count: 0, worst: [] });
    expect(books).toMatchObject({ messagesIn: 300, copies: 3000, messagesOut: 3000, joins: 30, leaves: 30 });
  });

  it("expects nothing back at the publisher where that is excluded", async () => {
    const args = ["-c", "12", "--rooms", "2", "-r", "100", "--excludes-publisher"];
    const { messages, books } = await broadcast(args);
    expect(messages).toMatchObject({ sent: 100, expected: 500, delivered: 500, unsolicited: 0 });
    expect(books.copies).toBe(500);
  });

  it.each([
    ["dropped", "--mock-drop", "lostMissing"],
    ["corrupted", "--mock-corrupt", "lostCorrupt"],
    ["duplicated", "--mock-duplicate", "duplicated"],
    ["reordered", "--mock-reorder", "reordered"],
  ] as const)("copies %s", async (entry, flag, found) => {
    const { messages, fanOut, books } = await broadcast(["-c", "20", "-r", "200", "--publishers", "2", flag, "2%"]);
    expect(books[entry]).toBeGreaterThan(0);
    expect(messages[found]).toBe(books[entry]);
    expect(messages.lost).toBe(entry === "dropped" || entry === "corrupted" ? books[entry] : 0);
    expect(messages.expected).toBe(books.copies);
    expect(fanOut.timed + fanOut.incomplete).toBe(messages.sent);
  });

  it.each(["plain", "compressed"])("all of them at once, on %s connections", async (kind) => {
    const faults = ["drop", "corrupt", "duplicate", "reorder"].flatMap((fault) => [`--mock-${fault}`, "1%"]);
    const args = ["-c", "20", "--rooms", "2", "--publishers", "50%", "-r", "300", ...faults];
    const { messages, books } = await broadcast(kind === "plain" ? args : [...args, "--compress"]);
    expect(messages).toMatchObject({
      expected: books.copies,
      lost: books.dropped! + books.corrupted!,
      duplicated: books.duplicated,
      reordered: books.reordered,
      corrupted: books.corrupted,
      unsolicited: 0,
    });
  });

  it("joins by a first message, and tells the room in what it publishes", async () => {
    const { messages, books } = await broadcast([
      ...["-c", "12", "--rooms", "3", "-r", "90", "--binary"],
      ...["--first-message", '{"type":"join","room":"hall-{{room}}"}', "--ready", "/joined.*hall-{{room}}/"],
      ...["-m", '{"room":"{{room}}","data":"{{payload}}"}'],
    ]);
    expect(messages).toMatchObject({ sent: 90, expected: 360, delivered: 360, unsolicited: 0 });
    // Into the room of the URL first, and out of it into the other.
    expect(books).toMatchObject({ copies: 360, joins: 24, leaves: 24 });
  });

  it("counts each phase by itself, where connections are added from stage to stage", async () => {
    const run = await runAndRead([
      ...["--mode", "broadcast", "-w", "2", "--drain", "3s", "--warmup", "300ms", "--no-progress"],
      ...["-c", "10", "--rooms", "2", "--stage", "500ms:40", "--stage", "500ms:80"],
    ]);
    const { phases, totals, target } = resultOf(run);
    expect(phases.map(({ messages }) => [messages.sent, messages.expected, messages.delivered])).toEqual([
      ...[[12, 60, 60]],
      ...[[20, 100, 100]],
      ...[[40, 200, 200]],
    ]);
    expect(totals.messages.expected).toBe(300);
    expect(target.books!.copies).toBe(360);
  });
});

describe("a chat of another make", () => {
  it("reaches everybody, whatever it puts around a message", async () => {
    const chat = await use(startChat());
    const { messages, fanOut } = await broadcast([chat.url, "-c", "20", "--rooms", "4", "-r", "200"]);
    expect(messages).toMatchObject({ sent: 200, expected: 1000, delivered: 1000, lost: 0, unsolicited: 0 });
    expect(fanOut).toMatchObject({ timed: 200, misrouted: 0 });
  });

  it("nchan does too", async () => {
    const nchan = await use(startNchan());
    const args = [nchan.url, "-c", "20", "--rooms", "2", "--publishers", "2", "-r", "200"];
    const { messages, fanOut } = await broadcast(args);
    expect(messages).toMatchObject({
      sent: 200,
      expected: 2000,
      delivered: 2000,
      lost: 0,
      duplicated: 0,
      reordered: 0,
    });
    expect(fanOut.lastUs.count).toBe(200);
  });
});

/**
 * A chat that does something wrong to connection 5, as soon as it knows which that is, and tells how often. `deliver` sends
 * what is to be sent of a copy, and says whether that was wrong.
 */
async function startFaulty(
  deliver: (copy: ChatCopy) => boolean,
): Promise<ChatServer & { readonly faults: () => number }> {
  let faults = 0;
  const chat = await use(
    startChat((copy) => {
      if (copy.connection !== 5) copy.send();
      else if (deliver(copy)) faults += 1;
    }),
  );
  return { ...chat, faults: () => faults };
}

/** Two rooms of four in which everybody publishes, 200 messages in all: each connection gets 100. */
const talk = ["-c", "8", "--rooms", "2", "--publishers", "100%", "-r", "200"];

describe("a defect of the target is found, and the receiver that has it named", () => {
  it("one that misses messages", async () => {
    const chat = await startFaulty((copy) => {
      if (copy.number % 10 === 0) return true;
      copy.send();
      return false;
    });
    const { messages, faulty, run } = await broadcast([chat.url, ...talk]);
    const lost = chat.faults();
    expect(lost).toBeGreaterThan(5);
    expect(messages).toMatchObject({ expected: 800, lost, lostMissing: lost, duplicated: 0, reordered: 0 });
    expect(faulty).toEqual({
      count: 1,
      worst: [{ connection: 5, room: "r2", lost, duplicated: 0, reordered: 0, misrouted: 0 }],
    });
    expect(run.stdout).toContain(`faults at 1 receiver, most at connection 5 in r2: ${lost} lost`);
  });

  it("one that has them in the wrong order", async () => {
    const held: ChatCopy[] = [];
    const chat = await startFaulty((copy) => {
      // Every other message of one publisher is held until its next one has been sent.
      const before = copy.from === 1 ? held.pop() : undefined;
      if (copy.from === 1 && before === undefined) held.push(copy);
      else copy.send();
      before?.send();
      return before !== undefined;
    });
    const { messages, faulty } = await broadcast([chat.url, ...talk]);
    expect(chat.faults()).toBeGreaterThan(5);
    expect(messages).toMatchObject({ reordered: chat.faults(), duplicated: 0, lost: held.length });
    expect(faulty.worst).toMatchObject([{ connection: 5, reordered: chat.faults() }]);
  });

  it("one that has some twice", async () => {
    const chat = await startFaulty((copy) => {
      copy.send();
      if (copy.number % 4 !== 0) return false;
      copy.send();
      return true;
    });
    const { messages, faulty } = await broadcast([chat.url, ...talk]);
    expect(messages).toMatchObject({ delivered: 800, lost: 0, reordered: 0, duplicated: chat.faults() });
    expect(faulty.worst).toMatchObject([{ connection: 5, duplicated: chat.faults() }]);
  });

  it("one that hears what is said in another room", async () => {
    const chat: ChatServer = await use(
      startChat((copy) => {
        copy.send();
        if (copy.connection === 4 && copy.number % 10 === 0) chat.relay(chat.members("r2")[0]!, copy);
      }),
    );
    const { messages, fanOut, faulty } = await broadcast([chat.url, ...talk]);
    expect(fanOut.misrouted).toBeGreaterThan(5);
    expect(messages).toMatchObject({ delivered: 800, lost: 0, duplicated: 0, unsolicited: fanOut.misrouted });
    expect(faulty).toMatchObject({ count: 1, worst: [{ room: "r2", misrouted: fanOut.misrouted }] });
  });

  it("a publisher that hears itself although it should not", async () => {
    const chat = await use(startChat());
    const { messages, fanOut, faulty } = await broadcast([chat.url, "-c", "5", "-r", "50", "--excludes-publisher"]);
    expect(messages).toMatchObject({ expected: 200, delivered: 200, unsolicited: 50 });
    expect(fanOut.misrouted).toBe(50);
    expect(faulty.worst).toMatchObject([{ connection: 0, misrouted: 50 }]);
  });
});

describe("receivers that leave and come again", () => {
  it("are owed what was sent while they were there, and every copy the chat sent is accounted for", async () => {
    let dismissed = 0;
    const chat = await use(
      startChat((copy) => {
        copy.send();
        if (copy.connection === 0 || copy.number !== 60 || dismissed === 5) return;
        dismissed += 1;
        copy.member.close(1012);
      }),
    );
    const { messages, fanOut, result } = await broadcast([chat.url, "-c", "6", "-r", "100", "-d", "2s", "--reconnect"]);
    expect(fanOut).toMatchObject({ leaves: 5, joins: 11 });
    expect(fanOut.indeterminate).toBeGreaterThan(0);
    expect(result.totals.connections.closeCodes).toEqual({ 1012: 5 });
    expect(fanOut.presentAtSend).toBeGreaterThanOrEqual(messages.expected);
    expect(fanOut.presentAtSend).toBeLessThanOrEqual(messages.expected + fanOut.indeterminate);
    const taken = messages.delivered + fanOut.indeterminateDelivered + messages.unsolicited + messages.duplicated;
    expect(taken).toBe(chat.sent());
  });
});

describe("bad words about a broadcast", () => {
  it.each([
    [["--rooms", "2"], "--rooms needs --mode broadcast"],
    [["--mode", "broadcast", "-c", "3", "--rooms", "4"], "3 connections do not fill 4 rooms"],
    [["--mode", "broadcast", "--rate", "max"], "does not fit mode broadcast"],
    [["--mode", "broadcast", "--publishers", "0"], '--publishers "0"'],
    [["--mode", "broadcast", "ws://127.0.0.1:1/", "--rooms", "2"], "which of 2 rooms"],
    [["-m", "{{room}}{{payload}}", "-s", "64"], "only mode broadcast replaces"],
  ])("%j", async (args, problem) => {
    const { exitCode, stderr } = await runAndRead([...args, "--no-progress"]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(problem);
    expect(stderr).toContain("hint:");
  });
});
