// npm run bench [-- --quick --mock --only <text>]: what floodgate costs on this machine, beside a plain `ws` client in turns.
// Needs the build (npm run build). Takes about ten minutes, with --quick one; keep the machine idle meanwhile.
// --mock takes floodgate's own mock server as the target; --only the loads whose name holds the text.
import { fileURLToPath } from "node:url";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { cpus, release, tmpdir } from "node:os";
import { runChild, startEchoServer, startMock } from "./run-child.js";
import { median, printTable, withRange } from "./print-table.js";

const isQuick = process.argv.includes("--quick");
const isMock = process.argv.includes("--mock");
const only = process.argv.includes("--only") ? process.argv[process.argv.indexOf("--only") + 1] : "";
const rounds = isQuick ? 1 : 5;
const seconds = isQuick ? 2 : 5;
const idleSeconds = 3;
const connections = 50;
const size = 64;

// CPU microseconds per message of the single-purpose prototype that the design comes from: no delivery ledger, one
// histogram, the same kind of machine. The goal is to stay within 1.5 times of it with both.
const goalFactor = 1.5;
const loads = [
  { name: "max, 1 in flight", inFlight: 1, prototypeUs: 10.9 },
  { name: "max, 16 in flight", inFlight: 16, prototypeUs: 0.69 },
  { name: "max, 64 in flight", inFlight: 64, prototypeUs: 0.23 },
  { name: "1,000 msg/s", ratePerSecond: 1_000, prototypeUs: null },
  { name: "10,000 msg/s", ratePerSecond: 10_000, prototypeUs: 20 },
  { name: "50,000 msg/s", ratePerSecond: 50_000, prototypeUs: 8.2 },
];
const idles = [
  { connections: 1_000, prototypeBytes: 12_284 },
  { connections: 5_000, prototypeBytes: 6_333 },
];

const main = fileURLToPath(new URL("../dist/main.js", import.meta.url));
const naive = fileURLToPath(new URL("./peers/naive-ws.js", import.meta.url));
if (!existsSync(main)) {
  process.stderr.write("dist/main.js is missing: npm run build\n");
  process.exit(2);
}

const folder = await mkdtemp(join(tmpdir(), "floodgate-bench-"));
const server = isMock ? await startMock(main) : await startEchoServer();
const remarks = [];
try {
  await measure();
} finally {
  await server.close();
  await rm(folder, { recursive: true, force: true });
}

async function measure() {
  print(`node ${process.version}, ${cpus().length} x ${cpus()[0]?.model ?? "unknown"}, ${release()}`);
  print(
    `target: ${isMock ? "floodgate serve" : "bench/echo-server.js"} on its own core; ${connections} connections, ${size} bytes, text, 1 worker`,
  );
  print(`${rounds} rounds of ${seconds} s, floodgate and the ws client in turns; median (lowest - highest)\n`);
  const chosen = loads.filter((load) => load.name.includes(only));
  const startUp = await startUpCpu();
  print(
    `CPU of starting and ending, taken off below: floodgate ${startUp.floodgate.toFixed(2)} s, ws client ${startUp.naive.toFixed(2)} s\n`,
  );
  const results = new Map(chosen.map((load) => [load, { floodgate: [], naive: [] }]));
  for (let round = 1; round <= rounds; round++) {
    for (const load of chosen) {
      progress(`round ${round}/${rounds}: ${load.name}`);
      const result = results.get(load);
      result.floodgate.push(perMessage(await floodgate(load), startUp.floodgate));
      result.naive.push(perMessage(await naiveClient(load), startUp.naive));
    }
  }
  progress("");
  printCpu(results);
  printSlip(results);
  if ("idle".includes(only) || only === "") printIdle(await measureIdle());
  for (const remark of new Set(remarks)) print(`[WARN] ${remark}`);
  printHowToRead();
}

/** CPU of a run that sends next to nothing: process start, connections, result. */
async function startUpCpu() {
  const load = { name: "start", ratePerSecond: 50 };
  const found = { floodgate: [], naive: [] };
  for (let round = 0; round < Math.min(3, rounds); round++) {
    found.floodgate.push((await floodgate(load, 1)).cpuSeconds);
    found.naive.push((await naiveClient(load, 1)).cpuSeconds);
  }
  return { floodgate: median(found.floodgate), naive: median(found.naive) };
}

async function floodgate(load, forSeconds = seconds) {
  const rate =
    load.ratePerSecond === undefined ? ["-r", "max", "--in-flight", load.inFlight] : ["-r", load.ratePerSecond];
  const what = ["-c", connections, ...rate, "-d", `${forSeconds}s`, "-s", size, "-w", 1];
  const { child, echoed, serverUs } = await counted(() => runChild(floodgateArgs(what), timeout(forSeconds)));
  const { messages, slipUs, rate: rates } = child.output.totals;
  const { health, reasons } = child.output.generator;
  if (messages.delivered !== messages.sent || messages.lost !== 0) {
    remarks.push(`floodgate, ${load.name}: sent ${messages.sent}, delivered ${messages.delivered}`);
  }
  if (echoed !== messages.sent)
    remarks.push(`floodgate, ${load.name}: sent ${messages.sent}, the server echoed ${echoed}`);
  if (health === "limited") remarks.push(`floodgate, ${load.name}: the generator was limited: ${reasons.join("; ")}`);
  return { ...child, echoed, serverUs, ratePerSecond: rates.deliveredPerSecond, slipUs };
}

async function naiveClient(load, forSeconds = seconds) {
  const { inFlight, ratePerSecond } = load;
  const settings = { url: server.url, connections, seconds: forSeconds, size, inFlight, ratePerSecond };
  const { child, echoed, serverUs } = await counted(() =>
    runChild([naive, JSON.stringify(settings)], timeout(forSeconds)),
  );
  return { ...child, echoed, serverUs, ratePerSecond: child.output.received / forSeconds, slipUs: child.output.slipUs };
}

function floodgateArgs(what) {
  return [main, "run", server.url, ...what.map(String), "--json", "-q", "-o", join(folder, "result.json")];
}

/** Runs it, and asks the server how many messages it echoed meanwhile. */
async function counted(run) {
  const before = await server.books();
  const child = await run();
  const after = await server.books();
  const echoed = after.messages - before.messages;
  return { child, echoed, serverUs: ((after.cpuSeconds - before.cpuSeconds) * 1e6) / echoed };
}

function perMessage(run, startUpCpuSeconds) {
  const perMillion = run.echoed / 1e6;
  return {
    cpuUs: Math.max(0, run.cpuSeconds - startUpCpuSeconds) / perMillion,
    serverUs: run.serverUs,
    ratePerSecond: run.ratePerSecond,
    slipP50: run.slipUs?.p50 ?? NaN,
    slipP99: run.slipUs?.p99 ?? NaN,
  };
}

async function measureIdle() {
  const rows = [];
  for (const { connections: count, prototypeBytes } of idles) {
    const found = { floodgate: [], naive: [] };
    for (let round = 0; round < Math.min(3, rounds); round++) {
      progress(`idle: ${count} connections`);
      found.floodgate.push((await idleBytes(count, idleFloodgate)) / count);
      found.naive.push((await idleBytes(count, idleNaive)) / count);
    }
    rows.push({ count, prototypeBytes, ...found });
  }
  progress("");
  return rows;
}

/** Growth of the resident memory against a run with one connection. */
async function idleBytes(count, run) {
  const one = await run(1);
  const many = await run(count);
  return many.mostResidentBytes - one.mostResidentBytes;
}

async function idleFloodgate(count) {
  const child = await runChild(
    floodgateArgs(["--mode", "connect", "-c", count, "-d", `${idleSeconds}s`, "-w", 1]),
    timeout(20),
  );
  const { opened } = child.output.totals.connections;
  if (opened !== count) remarks.push(`floodgate, idle: ${opened} of ${count} connections opened`);
  return child;
}

function idleNaive(count) {
  const settings = { url: server.url, connections: count, seconds: idleSeconds, size, idle: true };
  return runChild([naive, JSON.stringify(settings)], timeout(20));
}

function printCpu(results) {
  print("CPU per delivered message, microseconds (user and system, whole process)");
  printTable(
    [
      "load",
      "floodgate us",
      "msg/s",
      "ws client us",
      "msg/s",
      "ratio",
      "prototype",
      `within ${goalFactor}x`,
      "server us",
    ],
    [...results].map(([load, { floodgate: ours, naive: theirs }]) => {
      const us = median(ours.map((one) => one.cpuUs));
      const theirUs = median(theirs.map((one) => one.cpuUs));
      return [
        load.name,
        withRange(ours.map((one) => one.cpuUs)),
        median(ours.map((one) => one.ratePerSecond)).toFixed(0),
        withRange(theirs.map((one) => one.cpuUs)),
        median(theirs.map((one) => one.ratePerSecond)).toFixed(0),
        `${(theirUs / us).toFixed(1)}x`,
        load.prototypeUs === null ? "-" : String(load.prototypeUs),
        load.prototypeUs === null ? "-" : us <= load.prototypeUs * goalFactor ? "yes" : "no",
        median(ours.map((one) => one.serverUs)).toFixed(2),
      ];
    }),
  );
}

function printSlip(results) {
  const paced = [...results].filter(([load]) => load.ratePerSecond !== undefined);
  if (paced.length === 0) return;
  print("Slip: actual minus intended send, microseconds");
  printTable(
    ["load", "floodgate p50", "p99", "ws client p50", "p99"],
    paced.map(([load, { floodgate: ours, naive: theirs }]) => [
      load.name,
      withRange(ours.map((one) => one.slipP50)),
      withRange(ours.map((one) => one.slipP99)),
      withRange(theirs.map((one) => one.slipP50)),
      withRange(theirs.map((one) => one.slipP99)),
    ]),
  );
}

function printIdle(rows) {
  print("Memory per idle connection, bytes (resident, largest seen, against a run with one connection)");
  printTable(
    ["connections", "floodgate", "ws client", "ratio", "prototype", `within ${goalFactor}x`],
    rows.map(({ count, prototypeBytes, floodgate: ours, naive: theirs }) => [
      String(count),
      withRange(ours),
      withRange(theirs),
      `${(median(theirs) / median(ours)).toFixed(1)}x`,
      String(prototypeBytes),
      median(ours) <= prototypeBytes * goalFactor ? "yes" : "no",
    ]),
  );
}

function printHowToRead() {
  print(`How to read it
  - A message is one send and the receipt of its echo, matched, checked and recorded. The server's books say how many.
  - CPU is the number that counts: rates on a shared machine swing by a third, CPU per message by a tenth or two.
    At 1 in flight three quarters of it are the kernel's: one write and one read per message, and no program gets below
    that. With more in flight the frames of a connection share a write, and the generator itself begins to show.
  - ratio: how much more the plain ws client spends, measured in turns with floodgate. Trust it more than either figure.
  - prototype: a throw-away generator of the same design without ledger and with one histogram, on a 2-core virtual
    machine. "within" compares the median with it and means something on a machine of that class only.
  - server us: CPU per message of the target under floodgate. The greater of the two sides is what limited the rate.
  - The 10,000 and 50,000 msg/s prototype figures are those of a timer each millisecond; precise pacing spins on a core on
    purpose: its CPU per message is then one core's time divided by the rate, and its slip is microseconds.
  - Slip of a generator is what it adds to every latency it reports from the intended time.`);
}

function timeout(forSeconds) {
  return (forSeconds + 60) * 1000;
}

function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

function print(text) {
  process.stdout.write(`${text}\n`);
}
