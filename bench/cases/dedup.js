// What it costs to know of a message whether it is the first copy: floodgate's ledger alone, with no socket and no clock.
import { DeliveryLedger, ringLengthFor } from "../../dist/measure/delivery-ledger.js";

export const title = "checks for duplicates a second, and the memory they take";
export const minutes = 1;

const goalPerSecond = 1_000_000;
const goalMegabytes = 64;
const connections = 50;
const perConnection = 1000;

export async function run(bench) {
  bench.print(
    `${connections} connections; each message is sent, comes once, and comes again: two checks, one duplicate\n`,
  );
  const rates = [];
  let grownMegabytes = 0;
  let wrong = 0;
  for (let round = 1; round <= bench.rounds; round++) {
    bench.progress(`round ${round}/${bench.rounds}`);
    const before = process.memoryUsage();
    const measured = checkFor(bench.seconds * 1000);
    const after = process.memoryUsage();
    rates.push(measured.checks / measured.cpuSeconds);
    wrong += measured.wrong;
    const grown = after.arrayBuffers + after.heapUsed - before.arrayBuffers - before.heapUsed;
    grownMegabytes = Math.max(grownMegabytes, grown / 1e6);
  }
  bench.table(
    ["checks per CPU second", "memory grown, MB", "wrong answers"],
    [[bench.withRange(rates), grownMegabytes.toFixed(1), String(wrong)]],
  );
  bench.target({
    what: "duplicates: checks per second of one core",
    goal: `> ${goalPerSecond}, in less than ${goalMegabytes} MB however many`,
    found: `${bench.withRange(rates)}, ${grownMegabytes.toFixed(1)} MB`,
    isMet: bench.median(rates) > goalPerSecond && grownMegabytes < goalMegabytes && wrong === 0,
  });
}

/** Sends, takes and takes again, a thousand messages of each connection at a time, for so long. */
function checkFor(durationMs) {
  const ledger = new DeliveryLedger(connections, ringLengthFor(connections, perConnection, 0), () => undefined);
  const startedCpu = process.cpuUsage();
  const untilMs = performance.now() + durationMs;
  let checks = 0;
  let wrong = 0;
  while (performance.now() < untilMs) {
    for (let connection = 0; connection < connections; connection++) {
      const first = ledger.nextSequence(connection);
      for (let count = 0; count < perConnection; count++) ledger.send(connection, 0, 0, 0, false);
      for (let sequence = first; sequence < first + perConnection; sequence++) {
        if (ledger.take(connection, sequence) < 0) wrong++;
        if (ledger.take(connection, sequence) !== -1) wrong++;
      }
      checks += 2 * perConnection;
    }
  }
  const { user, system } = process.cpuUsage(startedCpu);
  return { checks, wrong, cpuSeconds: (user + system) / 1e6 };
}
