// The middle of a load, measured from outside: what it costs to go on, without starting, warming up and ending.
//
// Generators differ by seconds in how they start, and Node compiles its hot code in the first second; taking two
// readings while the load runs leaves out all of that for every one of them alike, and needs no word from the generator.
// The count is the server's.
import { setTimeout as sleep } from "node:timers/promises";
import { endTree, machineCpuSeconds, usageOfTree } from "./process-usage.js";

const lookEveryMs = 50;
const defaultWarmSeconds = 1;
const openingPatienceMs = 2000;

/**
 * Waits until the server has `connections` more than before and messages come in, then `warmSeconds` (1), then measures for
 * `seconds`. Gives what was used and counted in the window:
 * `seconds` by the server's clock, `connections` open, `messages` and `reads` the server took in, `ratePerSecond`; of the generator `userUs`,
 * `systemUs`, `cpuUs` per message, `writeCalls`; of the server `serverUs` per message;
 * and `othersCores`, how many cores all other processes of the machine kept busy meanwhile.
 * Throws when the child ends before the window does. With `endsChild` it is ended after: some know no end, or a slow one.
 */
export async function measureWindow(
  child,
  { server, warmSeconds = defaultWarmSeconds, seconds, connections = 1, endsChild = false },
) {
  let hasEnded = false;
  child.once("exit", () => (hasEnded = true));
  const mustLive = (meanwhile) => {
    if (hasEnded) throw new Error(`it ended before ${meanwhile}`);
  };

  const before = await server.books();
  for (let sinceMs = Infinity; ;) {
    const now = await server.books();
    if (now.messages > before.messages) sinceMs = Math.min(sinceMs, performance.now());
    if (sinceMs < Infinity && now.opened - before.opened >= connections) break;
    // Some never get all of them open beside their own load. How many there were is among the figures.
    if (performance.now() - sinceMs > openingPatienceMs) break;
    mustLive("it sent anything");
    await sleep(lookEveryMs);
  }
  await sleep(warmSeconds * 1000);
  const first = await reading(child.pid, server);
  await sleep(seconds * 1000);
  mustLive("its load had been measured");
  const last = await reading(child.pid, server);
  mustLive("its load had been measured");
  if (endsChild) endTree(child.pid);
  return { ...difference(first, last), connections: last.books.open - before.open };
}

async function reading(pid, server) {
  const books = await server.books();
  return { books, usage: usageOfTree(pid), machineCpuSeconds: machineCpuSeconds(), usageAtMs: performance.now() };
}

function difference(first, last) {
  const messages = last.books.messages - first.books.messages;
  const serverSeconds = (last.books.atMs - first.books.atMs) / 1000;
  const ratePerSecond = messages / serverSeconds;
  // The two sides are not read at the same instant: so each per second of its own clock first.
  const ourSeconds = (last.usageAtMs - first.usageAtMs) / 1000;
  const oursAndServers = ({ usage, books }) => usage.userSeconds + usage.systemSeconds + books.cpuSeconds;
  const others = last.machineCpuSeconds - first.machineCpuSeconds - (oursAndServers(last) - oursAndServers(first));
  const usPerMessage = (before, after) => ((after - before) / ourSeconds / ratePerSecond) * 1e6;
  const userUs = usPerMessage(first.usage.userSeconds, last.usage.userSeconds);
  const systemUs = usPerMessage(first.usage.systemSeconds, last.usage.systemSeconds);
  return {
    seconds: serverSeconds,
    messages,
    reads: last.books.reads - first.books.reads,
    ratePerSecond,
    userUs,
    systemUs,
    cpuUs: userUs + systemUs,
    writeCalls: last.usage.writeCalls - first.usage.writeCalls,
    othersCores: Math.max(0, others / ourSeconds),
    serverUs: usPerMessage(first.books.cpuSeconds, last.books.cpuSeconds),
  };
}
