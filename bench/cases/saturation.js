// As fast as it goes: each connection keeps a number of messages unanswered, and sends the next when one comes back.
import { corkedWs, floodgate, naiveWs } from "../generators.js";
import { measureInTurns } from "../measure-load.js";
import { figuresOf, printFigures } from "../load-table.js";

export const title = "CPU per message at full speed with 1, 16 and 64 messages in flight, beside peers";
export const minutes = 8;

const loads = [1, 16, 64].map((inFlight) => ({
  name: `${inFlight} in flight`,
  inFlight,
  connections: 50,
  sizeBytes: 64,
}));
const [one, sixteen, sixtyFour] = loads;

export async function run(bench) {
  bench.print("50 connections, 64 bytes, text, 1 worker; target: bench/echo-server.js on a core of its own");
  const server = await bench.startEchoServer();
  const found = await measureInTurns(bench, loads, [floodgate, naiveWs, corkedWs], server);
  await server.close();
  printFigures(bench, found);

  const us = (load, generator, field = "cpuUs") => bench.median(figuresOf(found, load, generator, field));
  const most = (load, goalUs) =>
    bench.target({
      what: `${load.name}: CPU per message`,
      goal: `<= ${goalUs} us`,
      found: `${bench.withRange(figuresOf(found, load, floodgate, "cpuUs"))} us`,
      isMet: us(load, floodgate) <= goalUs,
    });
  most(sixtyFour, 0.33);
  const rate = us(sixtyFour, floodgate, "ratePerSecond");
  bench.target({
    what: `${sixtyFour.name}: rate`,
    goal: ">= 2.5 M msg/s",
    found: `${(rate / 1e6).toFixed(2)} M msg/s`,
    isMet: rate >= 2.5e6,
  });
  most(sixteen, 0.8);
  const ratio = us(one, naiveWs) / us(one, floodgate);
  bench.target({
    what: `${one.name}: cheaper than naive ws`,
    goal: ">= 1.6 x",
    found: `${ratio.toFixed(2)} x (${bench.withRange(figuresOf(found, one, floodgate, "cpuUs"))} us against ${bench.withRange(figuresOf(found, one, naiveWs, "cpuUs"))})`,
    isMet: Number.isNaN(ratio) ? null : ratio >= 1.6,
  });
}
