// Run as a process or as a thread: tells one instant of the built clock to whoever started it.
import { parentPort } from "node:worker_threads";
import { monotonicMs } from "../../dist/host/monotonic-clock.js";

if (parentPort !== null) parentPort.postMessage(monotonicMs());
else process.send(monotonicMs(), () => process.disconnect());
