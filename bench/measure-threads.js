// What each thread of floodgate costs in the middle of a load: the main one, which watches, and all others.
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { descendantsOf } from "./process-usage.js";

const lookEveryMs = 50;
const warmSeconds = 2;

/**
 * Runs floodgate against `server` by `start({ onStart })`, a call of bench.floodgate or bench.command, and measures for
 * `seconds` from two seconds after its first message on. Gives the child's end and the CPU seconds of the `main` thread and of
 * `all` threads, both per second. By the scheduler's nanoseconds: the ticks of /proc/<pid>/stat are longer than what the
 * main thread does in a second.
 */
export async function measureThreads(server, start, seconds) {
  const { messages } = await server.books();
  let child;
  let hasEnded = false;
  const end = start({ onStart: (started) => (child = started) }).finally(() => (hasEnded = true));
  const measured = measure().catch((error) => ({ error }));
  const [ended, { error, ...threads }] = await Promise.all([end, measured]);
  if (error !== undefined) throw error;
  return { ...ended, ...threads };

  async function measure() {
    while ((await server.books()).messages === messages) {
      if (hasEnded) throw new Error(`it sent nothing: ${(await end).stderr.slice(-500)}`);
      await sleep(lookEveryMs);
    }
    await sleep(warmSeconds * 1000);
    const pid = floodgateBelow(child.pid);
    const before = threadSeconds(pid);
    const beforeMs = performance.now();
    await sleep(seconds * 1000);
    const after = threadSeconds(pid);
    const passed = (performance.now() - beforeMs) / 1000;
    return { main: (after.main - before.main) / passed, all: (after.all - before.all) / passed };
  }
}

/** The process itself, or the one that a wrapper (`script`) has started. */
function floodgateBelow(pid) {
  const isFloodgate = (one) => {
    const [command, script = ""] = readFileSync(`/proc/${one}/cmdline`, "latin1").split("\0");
    return command === process.execPath && script.endsWith("main.js");
  };
  const found = [pid, ...descendantsOf(pid)].find(isFloodgate);
  if (found === undefined) throw new Error("floodgate is not among the children");
  return found;
}

function threadSeconds(pid) {
  const seconds = { main: 0, all: 0 };
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const nanoseconds = Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "latin1").split(" ")[0]);
    seconds.all += nanoseconds / 1e9;
    if (Number(thread) === pid) seconds.main = nanoseconds / 1e9;
  }
  return seconds;
}
