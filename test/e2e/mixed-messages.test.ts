import { afterEach, describe, expect, it } from "vitest";
import { MessageMix } from "../../src/plan/message-mix.ts";
import type { MixPlan } from "../../src/plan/plan.ts";
import { brokenIdentities } from "../../src/result/check-identities.ts";
import type { RunResult } from "../../src/result/run-result.ts";
import { startMixedServer, type MixedServer, type MixedServerOptions } from "../support/mixed-server.ts";
import { resultOf, runAndRead } from "../support/saved-run.ts";

const seed = 11;
/** 800 messages, 200 on each of four connections. */
const load = ["--warmup", "0s", "-c", "4", "-r", "1600", "-d", "500ms", "--seed", String(seed), "--no-progress"];
const mix: MixPlan = {
  sizes: [
    { name: "128", sizeBytes: 128, share: 0.6 },
    { name: "1KiB", sizeBytes: 1024, share: 0.3 },
    { name: "16KiB", sizeBytes: 16_384, share: 0.1 },
  ],
  binaryRatio: 0.2,
};
const mixed = ["--size", "128:60%,1KiB:30%,16KiB:10%", "--binary-share", "20%"];

async function runWith(args: readonly string[]) {
  const run = await runAndRead([...load, ...args]);
  const result = resultOf(run);
  expect(brokenIdentities(result)).toEqual([]);
  return { run, result, told: run.stdout.replace(/\s+/g, " "), isLimited: result.generator.health === "limited" };
}

/** How many of the first messages of so many connections have each size: the draw made again. */
function drawn(of: MixPlan, connections = 4, each = 200): readonly number[] {
  const draw = new MessageMix(of, seed);
  const counts = of.sizes.map(() => 0);
  for (let connection = 0; connection < connections; connection += 1) {
    for (let sequence = 1; sequence <= each; sequence += 1) counts[draw.sizeOf(connection, sequence)]! += 1;
  }
  return counts;
}

type MessageCounts = RunResult["totals"]["messages"];

/** One count of each size, in the order of the mix. */
function bySize({ classes }: RunResult, read: (messages: MessageCounts) => number): readonly number[] {
  expect(classes!.map((block) => block.class)).toEqual(
    (classes!.length === 3 ? mix.sizes.map(({ name }) => name) : ["64", "8KiB"]).map((name) => ({
      kind: "size",
      name,
    })),
  );
  return classes!.map(({ messages }) => read(messages));
}

function outcomeOf({ thresholds }: RunResult, gate: string): string | undefined {
  return thresholds.find(({ expression }) => expression === gate)?.outcome;
}

/** Of two sizes, how many messages of each the mock's books are about: so many in all, with so many bytes. */
function solved(messages: number, bytes: number, [small, large]: readonly [number, number]): readonly number[] {
  const ofLarge = (bytes - messages * small) / (large - small);
  return [messages - ofLarge, ofLarge];
}

describe("messages of several sizes, against the mock", () => {
  it("are sent as the seed draws them, and come back, each size counted and timed by itself", async () => {
    const gates = ["delivery{size=16KiB}.ratio==1", "latency{size=16KiB}.p50<30s"];
    const args = [...mixed, ...gates.flatMap((gate) => ["--threshold", gate]), "-w", "2"];
    const { run, result, told, isLimited } = await runWith(args);
    const counts = drawn(mix);
    expect(bySize(result, ({ sent }) => sent)).toEqual(counts);
    expect(bySize(result, ({ delivered }) => delivered)).toEqual(counts);
    expect(result.classes!.map(({ latencyUs }) => latencyUs.count)).toEqual(counts);
    const bytes = counts.reduce((sum, count, size) => sum + count * mix.sizes[size]!.sizeBytes, 0);
    expect(result.totals.bytes).toMatchObject({ sent: bytes, received: bytes });
    expect(result.target.books).toMatchObject({ messagesIn: 800, payloadBytesIn: bytes, payloadBytesOut: bytes });
    expect(result.config.settings).toMatchObject({ size: mixed[1], binaryShare: "20%" });
    expect(result.config.plan).toMatchObject({ message: { mix } });
    expect(run.stderr).toContain(
      "[INFO] messages: 60% of 128 B, 30% of 1KiB, 10% of 16KiB (1.98 KiB on average), 20% binary\noffered 1,600 msg/s",
    );
    expect(told).toContain("messages 60% of 128 B, 30% of 1KiB, 10% of 16KiB (1.98 KiB on average), 20% binary");
    if (!isLimited) expect(gates.map((gate) => outcomeOf(result, gate))).toEqual(["pass", "pass"]);
  });

  it("are lost and damaged as the mock's books say, size by size", async () => {
    const faults = ["--mock-drop", "8%", "--mock-corrupt", "5%", "--drain", "1s"];
    const { result } = await runWith(["--size", "64:50%,8KiB:50%", ...faults]);
    const books = result.target.books!;
    const sizes = [64, 8192] as const;
    const came = solved(books.messagesIn!, books.payloadBytesIn!, sizes);
    const left = solved(books.messagesOut!, books.payloadBytesOut!, sizes);
    expect(bySize(result, ({ sent }) => sent)).toEqual(came);
    // Damaged ones left the mock like any other.
    expect(bySize(result, ({ delivered, corrupted }) => delivered + corrupted)).toEqual(left);
    expect(bySize(result, ({ lostMissing }) => lostMissing)).toEqual(came.map((count, size) => count - left[size]!));
    expect(result.totals.messages).toMatchObject({
      lostMissing: books.dropped,
      lostCorrupt: books.corrupted,
      corrupted: books.corrupted,
    });
    const named = result.classes!.reduce((sum, { messages }) => sum + messages.corrupted, 0);
    // The damage may have been done to the very place that names the message; one changed character can be mended.
    expect(named).toBe(books.corrupted);
    expect(Math.min(books.dropped!, books.corrupted!)).toBeGreaterThan(10);
  });

  it("may go one way: sizes are counted as sent, and bytes are those of the mock's books", async () => {
    const { result, told } = await runWith([...mixed, "--mode", "oneway"]);
    const counts = drawn(mix);
    expect(bySize(result, ({ sent }) => sent)).toEqual(counts);
    expect(bySize(result, ({ expected }) => expected)).toEqual([0, 0, 0]);
    expect(result.classes!.map(({ deliveryRatio }) => deliveryRatio)).toEqual([null, null, null]);
    expect(result.target.books).toMatchObject({ messagesIn: 800, payloadBytesIn: result.totals.bytes.sent });
    expect(told).toContain("what arrived of each size nobody tells in mode oneway");
  });

  it("may be published: every receiver of a room knows each again, by whichever worker it was sent", async () => {
    const rooms = ["--mode", "broadcast", "--rooms", "2", "--publishers", "2", "-c", "8", "-r", "400", "-w", "2"];
    const { result } = await runWith([...mixed, ...rooms]);
    const books = result.target.books!;
    expect(result.totals.messages).toMatchObject({ sent: 200, expected: 800, delivered: 800, lost: 0, unsolicited: 0 });
    expect(books).toMatchObject({ messagesIn: 200, payloadBytesIn: result.totals.bytes.sent });
    expect(result.totals.bytes.received).toBe(books.payloadBytesOut);
    expect(result.classes).toBeUndefined();
  });
});

describe("messages of several sizes, against a server of the package ws", () => {
  const started: MixedServer[] = [];
  afterEach(async () => {
    for (const server of started.splice(0)) await server.close();
  });

  async function serve(options: MixedServerOptions, args: readonly string[]) {
    const server = await startMixedServer(options);
    started.push(server);
    return { server, ...(await runWith([server.url, ...args])) };
  }

  /** Each message that the server saw has the size and the kind of frame that the seed gives it. */
  function expectDrawn({ seen }: MixedServer, of: MixPlan): void {
    const draw = new MessageMix(of, seed);
    const wrong = seen.filter(
      ({ connection, sequence, sizeBytes, isBinary }) =>
        of.sizes[draw.sizeOf(connection, sequence)]!.sizeBytes !== sizeBytes ||
        draw.isBinary(connection, sequence) !== isBinary,
    );
    expect(wrong).toEqual([]);
  }

  it("are what the seed draws, text and binary, and all known again, compressed ones too", async () => {
    const { server, result } = await serve({ compress: true }, [...mixed, "--compress"]);
    expect(result.target.compressionAgreed).toBe(true);
    expect(server.seen.length).toBe(800);
    expectDrawn(server, mix);
    expect(result.totals.messages).toMatchObject({ delivered: 800, lost: 0, corrupted: 0, unsolicited: 0 });
    expect(bySize(result, ({ delivered }) => delivered)).toEqual(drawn(mix));
  });

  it("may be text and binary of one size: then there are no classes", async () => {
    const { server, result } = await serve({}, ["--binary-share", "0.5"]);
    expectDrawn(server, { sizes: [{ name: "64", sizeBytes: 64, share: 1 }], binaryRatio: 0.5 });
    expect(result.totals.messages).toMatchObject({ delivered: 800, lost: 0 });
    expect(result.classes).toBeUndefined();
  });

  it("never have more in flight than their credit, which large ones hold as long as they need", async () => {
    const closed = ["--rate", "max", "--in-flight", "6", "--messages", "900", "-d", "30s"];
    const { server, result } = await serve({ answersAtOnce: 6 }, [...mixed, ...closed]);
    expect(server.seen.length).toBe(900);
    expect(server.mostWaiting()).toBe(6);
    expectDrawn(server, mix);
    const counts = mix.sizes.map(({ sizeBytes }) => server.seen.filter((one) => one.sizeBytes === sizeBytes).length);
    expect(bySize(result, ({ sent }) => sent)).toEqual(counts);
    expect(bySize(result, ({ delivered }) => delivered)).toEqual(counts);
    expect(result.classes!.map(({ serviceUs }) => serviceUs.count)).toEqual(counts);
  });

  it("are found lost and damaged by their size, and gates on these sizes fail, where a target errs above some size", async () => {
    const gates = ["delivery{size=16KiB}.ratio>=0.9", "delivery{size=1KiB}.ratio>=0.9", "delivery{size=128}.ratio==1"];
    // The largest are dropped, the middle ones damaged in their last byte.
    const answer = (message: Buffer) => {
      if (message.length > 5000) return null;
      if (message.length > 1000) message[message.length - 1]! ^= 1;
      return message;
    };
    const args = [...mixed, "--drain", "1500ms", ...gates.flatMap((gate) => ["--threshold", gate])];
    const { server, run, result, told, isLimited } = await serve({ answer }, args);
    expectDrawn(server, mix);
    const [small, middle, large] = drawn(mix) as [number, number, number];
    expect(bySize(result, ({ delivered }) => delivered)).toEqual([small, 0, 0]);
    expect(bySize(result, ({ corrupted }) => corrupted)).toEqual([0, middle, 0]);
    expect(bySize(result, ({ lostCorrupt }) => lostCorrupt)).toEqual([0, middle, 0]);
    expect(bySize(result, ({ lostMissing }) => lostMissing)).toEqual([0, 0, large]);
    expect(told).toContain(
      `lost: ${middle} of ${middle} of size 1KiB; ${large} of ${large} of size 16KiB; none of 128`,
    );
    if (!isLimited) expect(gates.map((gate) => outcomeOf(result, gate))).toEqual(["fail", "fail", "pass"]);
    expect(run.exitCode).toBe(isLimited ? 96 : 99);
  });
});
