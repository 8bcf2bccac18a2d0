// Loaded into every thread of a run by --import: one worker thread ends itself a while after it was started, the first
// unless KILLED_THREAD names another one.
import { isMainThread, threadId } from "node:worker_threads";

const killed = Number(process.env["KILLED_THREAD"] ?? 1);
if (!isMainThread && threadId === killed) setTimeout(() => process.exit(7), 2500);
