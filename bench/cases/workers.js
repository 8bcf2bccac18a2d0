// What a second worker costs: the same load by one and by two of them.
import { floodgate } from "../generators.js";
import { figuresOf, printFigures } from "../load-table.js";
import { measureInTurns } from "../measure-load.js";

export const title = "CPU per message of two workers against one, while nothing is starved";
export const minutes = 6;

const goalRatio = 1.15;
const one = withWorkers("1 worker", 1);
const two = withWorkers("2 workers", 2);
// Rates that leave both cores room: generator and server together fill about one of the two.
const loads = [
  { name: "20,000 msg/s a worker", ratePerSecond: 20_000, isPerWorker: true },
  { name: "100,000 msg/s a worker", ratePerSecond: 100_000, isPerWorker: true },
  { name: "20,000 msg/s in all", ratePerSecond: 20_000 },
  { name: "100,000 msg/s in all", ratePerSecond: 100_000 },
].map((load) => ({ ...load, connections: 50, sizeBytes: 64 }));

export async function run(bench) {
  bench.print(
    "floodgate may use both cores, and so may the server: pinned to one, two workers would only wait for each other.",
  );
  bench.print(
    "Two cores with a server on them cannot show that two workers send more; only what the second one costs.\n",
  );
  const server = await bench.startEchoServer({ core: null });
  const found = await measureInTurns(bench, loads, [one, two], server);
  await server.close();
  printFigures(bench, found);
  for (const load of loads) {
    const [single, double] = [one, two].map(({ name }) => figuresOf(found, load, name, "cpuUs"));
    const ratios = double.map((us, round) => us / single[round]);
    bench.target({
      what: `${load.name}: two workers to one, CPU per message`,
      goal: `<= ${goalRatio} x`,
      found: `${bench.withRange(ratios)} x`,
      isMet: bench.median(ratios) <= goalRatio,
    });
  }
}

function withWorkers(name, workers) {
  const times = ({ isPerWorker }) => (isPerWorker ? workers : 1);
  const shareOut = (load) => ({
    ...load,
    workers,
    connections: load.connections * times(load),
    ratePerSecond: load.ratePerSecond * times(load),
  });
  return {
    ...floodgate,
    name,
    isOurs: workers === 1,
    run(bench, load, options) {
      const shared = shareOut(load);
      const window = { ...options.window, connections: shared.connections };
      return floodgate.run(bench, shared, { ...options, window, core: null });
    },
  };
}
