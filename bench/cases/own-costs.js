// What floodgate's own bookkeeping costs, measured inside one process: no network, no clock but this one's.
import { createHash, randomBytes } from "node:crypto";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

export const title = "own bookkeeping: message check, clean-up of connections, metrics, circuit breaker";
export const minutes = 0.5;

const payloadBytes = 64;
const connections = 1000;
const inFlight = 64;
const samples = 10_000;
/** Prometheus asks every 15 s where nobody says otherwise; taken as if it asked each second. */
const scrapesPerSecond = 1;

export async function run(bench) {
  const load = (path) => import(pathToFileURL(join(dirname(bench.main), path)));
  const { crc32 } = await load("random/crc32.js");
  const { MarkerCrc } = await load("wire/marker-crc.js");
  const { DeliveryLedger } = await load("measure/delivery-ledger.js");
  const { Histogram } = await load("measure/histogram.js");
  const { metricsReport } = await load("report/metrics-report.js");
  const { CircuitBreaker } = await load("engine/worker/circuit-breaker.js");

  const payload = randomBytes(payloadBytes);
  const marker = new MarkerCrc([crc32(payload)], payloadBytes - 32);
  const times = bench.isQuick ? 100_000 : 1_000_000;
  const nanoseconds = (count, once) => bestOf(bench.rounds, () => timeOf(count, once)) * (1e6 / count);
  let sink = 0;
  const perMessage = nanoseconds(times, (i) => (sink ^= marker.of(0, i & 1023, 0, i & 0xffffff)));
  const perPayload = nanoseconds(times, () => (sink ^= crc32(payload)));
  const perDigest = nanoseconds(times / 10, () => (sink ^= createHash("sha256").update(payload).digest()[0]));
  const digestOnly = nanosecondsOfDigest(bench, times);

  const cleanUpMs = bestOf(bench.rounds, () => {
    const ledger = new DeliveryLedger(connections, inFlight, () => (sink += 1));
    for (let c = 0; c < connections; c++) for (let i = 0; i < inFlight; i++) ledger.send(c, i, i, 0, false);
    return timeOf(connections, (c) => ledger.closeConnection(c));
  });

  const second = Histogram.empty();
  for (let i = 0; i < samples; i++) second.record(900 * Math.exp(0.5 * normal(i)));
  second.compact();

  // Every call finds another state: it fails, is asked while open, lets one through, and closes with that.
  const breaker = new CircuitBreaker({ failures: 5, cooldownMs: 10 });
  const perBreakerCheck = nanoseconds(times, (i) => {
    if (!breaker.mayTry(i)) sink += 1;
    else if (i % 100 < 50) breaker.failed(i);
    else breaker.succeeded(i);
  });

  const server = await bench.startEchoServer();
  const { output } = await bench.floodgate(["run", server.url, "-c", 50, "-r", 1000, "-w", 1, "-d", "2s"]);
  await server.close();
  const scrapeMs =
    bestOf(bench.rounds, () => timeOf(20, () => (sink += metricsReport(output, { stage: "load" }).length))) / 20;

  bench.table(
    ["", "figure"],
    [
      ["check of a message, from the digits of its marker", `${perMessage.toFixed(1)} ns`],
      [`CRC-32 over ${payloadBytes} bytes, where a message is not of our making`, `${perPayload.toFixed(0)} ns`],
      [`SHA-256 over ${payloadBytes} bytes, one digest at a time`, `${perDigest.toFixed(0)} ns`],
      [`SHA-256, a stream of such blocks, without begin and end of a digest`, `${digestOnly.toFixed(0)} ns`],
      [`${connections} connections closed with ${inFlight} messages in flight each`, `${cleanUpMs.toFixed(2)} ms`],
      [
        `${samples.toLocaleString("en")} latencies of a second, kept`,
        `${second.packedBytes.toLocaleString("en")} bytes`,
      ],
      ["text of all metrics, once", `${scrapeMs.toFixed(2)} ms`],
      ["check of the circuit breaker, with the outcome told", `${perBreakerCheck.toFixed(0)} ns`],
    ],
  );
  // What is never looked at may never be computed.
  if (!Number.isFinite(sink)) bench.remark("the sums of the calls came to no number");
  const targets = [
    [
      "check of a message against SHA-256",
      "at least 3x faster",
      `${(digestOnly / perMessage).toFixed(0)}x`,
      digestOnly >= 3 * perMessage,
    ],
    ["clean-up of 1,000 connections", "< 10 ms", `${cleanUpMs.toFixed(2)} ms`, cleanUpMs < 10],
    ["check of the circuit breaker", "< 0.1 ms", `${perBreakerCheck.toFixed(0)} ns`, perBreakerCheck < 100_000],
    [
      "10,000 latencies in memory",
      "< 100 KB",
      `${(second.packedBytes / 1000).toFixed(1)} KB`,
      second.packedBytes < 100_000,
    ],
    [
      "metrics, asked for each second",
      "< 1 % CPU",
      `${(scrapeMs * scrapesPerSecond * 0.1).toFixed(3)} %`,
      (scrapeMs * scrapesPerSecond) / 1000 < 0.01,
    ],
  ];
  for (const [what, goal, found, isMet] of targets) bench.target({ what, goal, found, isMet });
}

/** Nothing but hashing: the friendliest reading for SHA-256. */
function nanosecondsOfDigest(bench, times) {
  const block = randomBytes(payloadBytes * 1000);
  const rounds = Math.max(1, Math.round(times / 1000));
  const hash = createHash("sha256");
  return bestOf(bench.rounds, () => timeOf(rounds, () => hash.update(block))) * (1e6 / (rounds * 1000));
}

/** Milliseconds of `count` calls. */
function timeOf(count, once) {
  const from = performance.now();
  for (let i = 0; i < count; i++) once(i);
  return performance.now() - from;
}

/** The least of some rounds, after one that compiles the code: what is more is other people's load. */
function bestOf(rounds, measure) {
  measure();
  return Math.min(...Array.from({ length: Math.max(3, rounds) }, measure));
}

/** A value of the normal distribution, always the same for the same place. */
function normal(place) {
  const [a, b] = [((place * 0.6180339887) % 1) + 1e-9, (place * 0.7548776662) % 1];
  return Math.sqrt(-2 * Math.log(Math.min(1, a))) * Math.cos(2 * Math.PI * b);
}
