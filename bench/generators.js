// The generators that are measured side by side. Each is { name, canDo(load), run(bench, load, options), read(child) }:
// `run` starts it with the load (measure-load.js) and the options of run-child.js, `read` gives what it says of itself:
// { sent?, slipUs?: { p50, p99 }, framesPerWrite?, doubts? }.
import { fileURLToPath } from "node:url";

const peer = (file) => fileURLToPath(new URL(`./peers/${file}`, import.meta.url));

export const floodgate = {
  name: "floodgate",
  isOurs: true,
  canDo: () => true,
  run(bench, load, options) {
    const {
      url,
      connections,
      sizeBytes,
      inFlight,
      ratePerSecond,
      pacing,
      warmSeconds,
      seconds,
      workers = 1,
      words = [],
    } = load;
    const rate = ratePerSecond === undefined ? ["-r", "max", "--in-flight", inFlight] : ["-r", ratePerSecond];
    const pace = pacing === undefined ? [] : ["--pacing", pacing];
    const time = ["--warmup", `${warmSeconds}s`, "-d", `${seconds}s`];
    return bench.floodgate(
      ["run", url, "-c", connections, ...rate, ...pace, ...time, "-s", sizeBytes, "-w", workers, ...words],
      options,
    );
  },
  read({ output }) {
    const { totals, phases, generator } = output;
    const { delivered, sent, lost } = totals.messages;
    const doubts = [];
    if (delivered !== sent || lost !== 0) doubts.push(`sent ${sent}, delivered ${delivered}, lost ${lost}`);
    if (generator.health === "limited") doubts.push(`the generator was limited: ${generator.reasons.join("; ")}`);
    return {
      // The warm-up is a phase too, though it is left out of the totals.
      sent: phases.reduce((sum, phase) => sum + phase.messages.sent, 0),
      slipUs: totals.slipUs,
      framesPerWrite: generator.framesPerWrite,
      doubts,
    };
  },
};

/** Beyond this a client of `ws` cannot keep a schedule on one core. */
const wsFastestPerSecond = 50_000;

function wsClient(name, isCorked) {
  return {
    name,
    canDo: ({ ratePerSecond = 0, pacing }) => ratePerSecond <= wsFastestPerSecond && pacing === undefined,
    run(bench, load, options) {
      const { url, connections, sizeBytes: size, inFlight, ratePerSecond, warmSeconds, seconds, compress } = load;
      const settings = { url, connections, size, inFlight, ratePerSecond, warmSeconds, seconds, compress, isCorked };
      return bench.node([peer("naive-ws.js"), JSON.stringify(settings)], options);
    },
    read: ({ output }) => ({ sent: output.sent, slipUs: output.slipUs ?? undefined }),
  };
}

/** What one writes in ten minutes with the npm package `ws`. */
export const naiveWs = wsClient("ws, naive", false);
/** The same, but the frames of a connection that leave in one turn are corked into one write. */
export const corkedWs = wsClient("ws, corked", true);
