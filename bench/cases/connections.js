// 50,000 connections from one command, each sending now and then: opened, held, nothing lost, and in how much memory.
import { proportionalBytesOfTree } from "../process-usage.js";

export const title = "50,000 connections from one command, one message each per 10 s";
export const minutes = 2;

const allConnections = 50_000;
const quickConnections = 22_000;
const secondsBetween = 10;
const mostBytes = 450e6;
/** Well below the 20,000 files a process may have open at least here: the servers do not share quite evenly. */
const perServer = 13_000;
/**
 * One local address has about 28,000 ports to one target, and Linux looks through one half of them before it tries the
 * other: with 16,700 connections from each, 240 a second opened, with 6,250 ten times as many.
 */
const localAddresses = "127.0.0.2-127.0.0.9";
const lookEveryMs = 1000;

export async function run(bench) {
  const connections = bench.isQuick ? quickConnections : allConnections;
  const seconds = bench.isQuick ? secondsBetween : 3 * secondsBetween;
  const rate = connections / secondsBetween;
  const text = connections.toLocaleString("en");
  bench.print(`${text} connections, ${rate.toLocaleString("en")} msg/s in all, ${seconds} s, from ${localAddresses}`);

  const server = await bench.startEchoCluster(Math.ceil(connections / perServer));
  const before = await server.books();
  const memory = followMemory();
  const words = ["run", server.url, "-c", connections, "-r", rate, "-s", 64, "-d", `${seconds}s`];
  const { output, code, cpuSeconds } = await bench
    .floodgate([...words, "--local-address", localAddresses], { onStart: memory.start, timeoutMs: 200_000 })
    .finally(memory.stop);
  const after = await server.books();
  await server.close();

  const { messages: told, latencyUs, connections: held } = output.totals;
  const echoed = after.messages - before.messages;
  const megabytes = (bytes) => `${(bytes / 1e6).toFixed(0)} MB`;
  const { health, reasons, workers } = output.generator;
  if (health !== "ok") bench.remark(`the generator was ${health}: ${reasons.join("; ")}`);
  bench.table(
    ["", ""],
    [
      ["workers, exit code", `${workers.length}, ${code}`],
      ["opened, failed, closed early", `${held.opened}, ${held.failed}, ${held.closed}`],
      ["server processes held", after.openedByProcess.join(", ")],
      ["opened per second, by the server's clock", openedPerSecond(after).toFixed(0)],
      ["sent, server took in, delivered, lost", `${told.sent}, ${echoed}, ${told.delivered}, ${told.lost}`],
      ["latency p50, p99 (ms)", [latencyUs.p50, latencyUs.p99].map((us) => (us / 1000).toFixed(2)).join(", ")],
      ["most memory, shared pages once", megabytes(memory.mostBytes())],
      ["of it for each connection", `${(memory.mostBytes() / connections / 1e3).toFixed(1)} kB`],
      ["CPU, start to end", `${cpuSeconds.toFixed(1)} s`],
    ],
  );
  const offered = rate * seconds;
  bench.target({
    what: `${text} connections: opened and held`,
    goal: "all",
    found: `${held.opened} opened, ${held.closed} closed early`,
    isMet: held.opened === connections && held.closed === 0 && held.failed === 0,
  });
  bench.target({
    what: `${text} connections: 1 message each per ${secondsBetween} s`,
    goal: `${offered.toLocaleString("en")} delivered, 0 lost`,
    found: `${told.delivered.toLocaleString("en")} delivered, ${told.lost} lost`,
    isMet: told.delivered === offered && told.lost === 0 && echoed === told.sent,
  });
  bench.target({
    what: `${text} connections: memory of the generator`,
    goal: `<= ${megabytes(mostBytes)}`,
    found: megabytes(memory.mostBytes()),
    isMet: bench.isQuick ? null : memory.mostBytes() <= mostBytes,
  });
}

/** Follows the whole tree: the workers are processes of their own where one may not open so many files. */
function followMemory() {
  let most = 0;
  let timer;
  return {
    start(child) {
      timer = setInterval(() => (most = Math.max(most, proportionalBytesOfTree(child.pid))), lookEveryMs);
    },
    stop: () => clearInterval(timer),
    mostBytes: () => most,
  };
}

function openedPerSecond({ opened, firstOpenedAtMs, lastOpenedAtMs }) {
  return ((opened - 1) * 1000) / (lastOpenedAtMs - firstOpenedAtMs);
}
