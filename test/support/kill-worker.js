// Loaded into every thread of a run by --import: the first worker thread ends itself a while after it was started.
import { isMainThread, threadId } from "node:worker_threads";

if (!isMainThread && threadId === 1) setTimeout(() => process.exit(7), 2500);
