// The mock server as a target: it must not be what limits a run, so it may cost no more per message than the client does.
import { floodgate } from "../generators.js";
import { measureUndisturbed } from "../measure-load.js";
import { short } from "../print-table.js";

export const title = "CPU per message of the mock server beside that of the client, at 1, 16 and 64 in flight";
export const minutes = 4;

const loads = [1, 16, 64].map((inFlight) => ({
  name: `${inFlight} in flight`,
  inFlight,
  connections: 50,
  sizeBytes: 64,
}));

export async function run(bench) {
  bench.print("50 connections, 64 bytes, text, 1 worker; servers in turns on a core of their own");
  const servers = { "floodgate serve": await bench.startMock(), "bench/echo-server.js": await bench.startEchoServer() };
  const found = new Map(loads.map((load) => [load, new Map(Object.keys(servers).map((name) => [name, []]))]));
  for (let round = 1; round <= bench.rounds; round++) {
    for (const load of loads) {
      // Forth and back, so that a machine that drifts drifts for both alike.
      const turns = Object.entries(servers);
      for (const [name, server] of round % 2 === 1 ? turns : turns.reverse()) {
        bench.progress(`round ${round}/${bench.rounds}: ${load.name}, ${name}`);
        found
          .get(load)
          .get(name)
          .push(await measureUndisturbed(bench, floodgate, load, server));
      }
    }
  }
  for (const server of Object.values(servers)) await server.close();

  for (const [load, byServer] of found) {
    bench.table(
      [load.name, "server us/msg", "client us/msg", "server / client", "msg/s"],
      [...byServer].map(([name, rounds]) => [
        name,
        bench.withRange(rounds.map((one) => one.serverUs)),
        bench.withRange(rounds.map((one) => one.cpuUs)),
        bench.withRange(rounds.map(serverShare)),
        bench.median(rounds.map((one) => one.ratePerSecond)).toFixed(0),
      ]),
    );
    const rounds = byServer.get("floodgate serve");
    const middle = (field) => short(bench.median(rounds.map((one) => one[field])));
    bench.target({
      what: `mock, ${load.name}: its CPU per message`,
      goal: "<= 1 x the client's",
      found: `${bench.withRange(rounds.map(serverShare))} x (${middle("serverUs")} us against ${middle("cpuUs")})`,
      isMet: bench.median(rounds.map(serverShare)) <= 1,
    });
  }
}

/** Both sides of one round saw the same machine; their ratio drifts less than either. */
function serverShare({ serverUs, cpuUs }) {
  return serverUs / cpuUs;
}
