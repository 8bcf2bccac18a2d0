// What is done to generator and target on purpose in the case "honesty", and what floodgate must say of it.
//
// `blame` is whose doing it is, and so what is right:
// - "generator": the gates must not fail (never 99), and the generator must be degraded or limited
// - "target": the gates must fail (99), and the generator must not be limited; `latencyMaxMs` is what must be seen at least
// - "nobody": the gates must hold, and the generator must not be limited
// On a machine that does more than this, a generator may be degraded at any time, and rightly.
import { setTimeout as sleep } from "node:timers/promises";
import { freeze, reached, startNeighbours } from "./disturbances.js";
import { generatorCore, serverCore } from "./run-child.js";

/** Load before the disturbance, of which the first second is the warm-up. */
const beforeMs = 2000;
const freezeMs = 500;

const open = (ratePerSecond, connections = 50) => ["-c", connections, "-r", ratePerSecond, "-s", 64];
const closed = (inFlight, connections = 50) => ["-c", connections, "-r", "max", "--in-flight", inFlight, "-s", 64];
const gate = (expression) => ["--threshold", expression];
const gates = [...gate("latency.p99<20ms"), ...gate("latency.max<200ms")];
const warmed = ["--warmup", "1s", "-d", "4s"];

/** While the load runs: `act` at its second second. */
const inLoad = (act) => async (run) => {
  await reached(run.server, run.before, { messages: 1 });
  await sleep(beforeMs);
  await act(run);
};
const freezeGenerator = (ms, options) => inLoad(({ child }) => freeze(child.pid, ms, options));
const freezeTarget = (ms) => inLoad(({ server }) => freeze(server.pid, ms));
const neighbours = (core, count) => async (run) => {
  run.atEnd(startNeighbours(core, count));
};

export const situations = [
  // Nothing wrong.
  ["undisturbed, 1,000/s", "nobody", open(1_000)],
  ["undisturbed, 10,000/s", "nobody", open(10_000)],
  ["undisturbed, closed loop, 16 in flight", "nobody", closed(16)],

  // More than it can do.
  ["20,000,000/s", "generator", open(20_000_000)],
  ["300,000/s, one frame a write", "generator", open(300_000, 500)],

  // Neighbours on its core.
  ["1 neighbour, 10,000/s", "generator", open(10_000), neighbours(generatorCore, 1)],
  ["3 neighbours, 10,000/s", "generator", open(10_000), neighbours(generatorCore, 3)],
  ["1 neighbour, precise", "generator", [...open(10_000), "--pacing", "precise"], neighbours(generatorCore, 1)],
  ["3 neighbours, precise", "generator", [...open(10_000), "--pacing", "precise"], neighbours(generatorCore, 3)],
  ["1 neighbour, closed loop", "generator", closed(1), neighbours(generatorCore, 1)],
  ["3 neighbours, closed loop", "generator", closed(1), neighbours(generatorCore, 3)],
  {
    name: "3 neighbours, closed loop, narrow gate",
    blame: "generator",
    words: [...closed(1), ...warmed, ...gate("latency.p99<5ms")],
    disturb: neighbours(generatorCore, 3),
  },
  {
    name: "1 neighbour, 10,000/s, narrow gate",
    blame: "generator",
    words: [...open(10_000), ...warmed, ...gate("latency.p99<4ms")],
    disturb: neighbours(generatorCore, 1),
  },

  // Frozen itself.
  ["frozen 500 ms, 1,000/s", "generator", open(1_000), freezeGenerator(freezeMs)],
  ["frozen 500 ms, 10,000/s", "generator", open(10_000), freezeGenerator(freezeMs)],
  ["frozen 500 ms, precise", "generator", [...open(10_000), "--pacing", "precise"], freezeGenerator(freezeMs)],
  ["frozen 500 ms, closed loop", "generator", closed(1), freezeGenerator(freezeMs)],
  ["frozen 500 ms, closed loop, 16", "generator", closed(16), freezeGenerator(freezeMs)],
  ["frozen 10 x 60 ms, 1,000/s", "generator", open(1_000), freezeGenerator(60, { times: 10, everyMs: 150 })],
  ["frozen 10 x 60 ms, closed loop", "generator", closed(1), freezeGenerator(60, { times: 10, everyMs: 150 })],
  ["frozen 20 x 15 ms, 1,000/s", "generator", open(1_000), freezeGenerator(15, { times: 20, everyMs: 75 })],
  ["frozen 20 x 15 ms, closed loop", "generator", closed(1), freezeGenerator(15, { times: 20, everyMs: 75 })],
  {
    name: "frozen 100 ms of 12 s, 1,000/s",
    blame: "generator",
    words: [...open(1_000), "--warmup", "1s", "-d", "12s", ...gate("latency.max<60ms")],
    disturb: freezeGenerator(100),
  },
  {
    name: "frozen 100 ms of 12 s, closed loop",
    blame: "generator",
    words: [...closed(1), "--warmup", "1s", "-d", "12s", ...gate("latency.max<60ms")],
    disturb: freezeGenerator(100),
  },
  {
    name: "frozen 500 ms in the drain",
    blame: "generator",
    words: [...open(1_000), "-d", "2s", "--threshold", "latency.p99<1400ms"],
    mock: ["--latency", "1200ms"],
    async disturb(run) {
      await reached(run.server, run.before, { messages: 1 });
      await sleep(2300);
      await freeze(run.child.pid, freezeMs);
    },
  },
  {
    name: "frozen 800 ms over the end of the drain",
    blame: "generator",
    words: [...open(1_000), "-d", "2s", "--drain", "600ms", ...gate("delivery.ratio>=0.999")],
    mock: ["--latency", "300ms"],
    async disturb(run) {
      await reached(run.server, run.before, { messages: 1 });
      await sleep(2100);
      await freeze(run.child.pid, 800);
    },
  },
  {
    name: "frozen 500 ms while connecting",
    blame: "generator",
    words: [...open(1_000, 3_000), "-d", "2s", "--threshold", "connect.p99<250ms"],
    async disturb(run) {
      await reached(run.server, run.before, { connections: 300 });
      await freeze(run.child.pid, freezeMs);
    },
  },

  // The target frozen, slow, not reading, short of CPU.
  ["target frozen 500 ms, 1,000/s", "target", open(1_000), freezeTarget(freezeMs), { latencyMaxMs: 480 }],
  ["target frozen 500 ms, 10,000/s", "target", open(10_000), freezeTarget(freezeMs), { latencyMaxMs: 480 }],
  ["target frozen 500 ms, closed loop", "target", closed(1), freezeTarget(freezeMs), { latencyMaxMs: 480 }],
  ["target frozen 500 ms, closed loop, 64", "target", closed(64), freezeTarget(freezeMs), { latencyMaxMs: 480 }],
  ["mock frozen 500 ms, 10,000/s", "target", open(10_000), freezeTarget(freezeMs), { mock: [], latencyMaxMs: 480 }],
  ["mock takes 50 ms, 1,000/s", "target", open(1_000), undefined, { mock: ["--latency", "50ms"], latencyMaxMs: 49 }],
  ["mock takes 50 ms, closed loop", "target", closed(16), undefined, { mock: ["--latency", "50ms"], latencyMaxMs: 49 }],
  ["mock stalls 500 ms", "target", open(10_000), undefined, { mock: ["--stall", "500ms@2s"], latencyMaxMs: 480 }],
  [
    "target does not read for 1.5 s, 64 KiB",
    "target",
    ["-c", 2, "-r", 400, "-s", "64KiB"],
    freezeTarget(1500),
    { latencyMaxMs: 1450 },
  ],
  [
    "1,000 x 1 MiB/s, more than it reads",
    "target",
    ["-c", 5, "-r", 1_000, "-s", "1MiB"],
    undefined,
    { latencyMaxMs: 500 },
  ],
  ["target frozen 500 ms, 400,000/s", "target", open(400_000), freezeTarget(freezeMs), { latencyMaxMs: 480 }],
  {
    name: "3 neighbours of the target, 10,000/s",
    blame: "target",
    words: [...open(10_000), ...warmed, ...gate("latency.p99<5ms")],
    disturb: neighbours(serverCore, 3),
  },
  {
    name: "3 neighbours of the target, closed loop",
    blame: "target",
    words: [...closed(16), ...warmed, ...gate("latency.p99<5ms")],
    disturb: neighbours(serverCore, 3),
  },
  ["100 x 1 MiB/s", "nobody", ["-c", 5, "-r", 100, "-s", "1MiB"]],
].map(complete);

function complete(situation) {
  if (!Array.isArray(situation)) return situation;
  const [name, blame, words, disturb, more = {}] = situation;
  return { name, blame, words: [...words, ...warmed, ...gates], disturb, ...more };
}
