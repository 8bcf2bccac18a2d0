// What can befall a generator or a target from outside: frozen by a signal, or neighbours on its core.
import { setTimeout as sleep } from "node:timers/promises";
import { pinned, startChild } from "./run-child.js";

const lookEveryMs = 20;
/** A neighbour that nobody ends, ends itself. */
const neighbourSeconds = 60;

/** Resolves when the server has `messages` messages and `connections` connections more than at `before` (its books). */
export async function reached(server, before, { messages = 0, connections = 0 }) {
  for (;;) {
    const now = await server.books();
    if (now.messages - before.messages >= messages && now.opened - before.opened >= connections) return;
    await sleep(lookEveryMs);
  }
}

/** Stops the process for `ms`, `times` times, `everyMs` from stop to stop. The process must exist. */
export async function freeze(pid, ms, { times = 1, everyMs = 0 } = {}) {
  for (let time = 0; time < times; time++) {
    process.kill(pid, "SIGSTOP");
    await sleep(ms);
    process.kill(pid, "SIGCONT");
    if (time < times - 1) await sleep(everyMs - ms);
  }
}

/** Starts `count` processes that do nothing but keep `core` busy; gives what ends them. */
export function startNeighbours(core, count) {
  const spin = `const until = Date.now() + ${neighbourSeconds * 1000}; while (Date.now() < until);`;
  const children = Array.from({ length: count }, () =>
    startChild(pinned(core, [process.execPath, "-e", spin]), { stdio: "ignore" }),
  );
  return async () => {
    await Promise.all(
      children.map((child) => {
        if (child.exitCode !== null) return undefined;
        const ended = new Promise((resolve) => child.once("exit", resolve));
        child.kill("SIGKILL");
        return ended;
      }),
    );
  };
}

/**
 * Starts a neighbour that keeps one core, whichever the kernel gives it, busy for 0 to 1 s and then rests for 0 to 4 s,
 * again and again; the same seed gives the same gusts. Gives what ends it.
 */
export function startGusts(seed) {
  const blow = `
    let state = ${seed};
    const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
    const end = Date.now() + 600_000;
    (function gust() {
      const until = Date.now() + 1000 * random();
      while (Date.now() < until);
      if (until < end) setTimeout(gust, 4000 * random());
    })();`;
  const child = startChild([process.execPath, "-e", blow], { stdio: "ignore" });
  return async () => {
    if (child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
  };
}
