// Several bench/echo-server.js behind one port, for more connections than one process may have open files: as many as its
// argument says, {"processes":3}. Port, books and end as with the single one, the books added up.
import cluster from "node:cluster";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

// In turns: workers that accept for themselves would share unevenly, and one would run out of files.
cluster.schedulingPolicy = cluster.SCHED_RR;
cluster.setupPrimary({ exec: fileURLToPath(new URL("./echo-server.js", import.meta.url)), args: ["{}"], silent: true });

const workers = Array.from({ length: JSON.parse(process.argv[2]).processes }, () => {
  const { process: child } = cluster.fork();
  child.stderr.pipe(process.stderr);
  return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
});
// Port 0 is the same free port for all workers of a cluster.
const ports = await Promise.all(workers.map(nextLine));
process.stdout.write(`${ports[0]}\n`);

const asked = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
while (!(await asked.next()).done) {
  for (const { child } of workers) child.stdin.write("books\n");
  const all = (await Promise.all(workers.map(nextLine))).map((line) => JSON.parse(line));
  const sum = {};
  for (const name of ["messages", "bytes", "reads", "opened", "open"]) {
    sum[name] = all.reduce((total, books) => total + books[name], 0);
  }
  const instants = (name) => all.map((books) => books[name]).filter((ms) => ms !== undefined);
  process.stdout.write(
    `${JSON.stringify({
      ...sum,
      atMs: performance.now(),
      openedByProcess: all.map((books) => books.opened),
      firstOpenedAtMs: Math.min(...instants("firstOpenedAtMs")),
      lastOpenedAtMs: Math.max(...instants("lastOpenedAtMs")),
    })}\n`,
  );
}
for (const { child } of workers) child.stdin.end();
await Promise.all(workers.map(({ child }) => child.exitCode ?? once(child, "exit")));
process.exit(0);

async function nextLine({ lines }) {
  const { value, done } = await lines.next();
  if (done) throw new Error("an echo server ended");
  return value;
}
