// What a case is given. Generators run on core 0, one at a time, and servers on the last core.
import { join } from "node:path";
import { median, printTable, withRange } from "./print-table.js";
import { runChild } from "./run-child.js";
import { startEchoCluster, startEchoServer, startMock, startOddServer } from "./servers.js";

/** How long a child may take beyond what its case says, before it is killed. */
const defaultTimeoutMs = 120_000;

export function createBench({ rounds, seconds, isQuick, folder, main }) {
  const targets = [];
  const remarks = new Set();
  const print = (text) => process.stdout.write(`${text}\n`);

  return {
    /** How often each figure is taken, and for how long each time. */
    rounds,
    seconds,
    isQuick,
    /** For files of this run; removed at its end. */
    folder,
    /** The built command, dist/main.js. */
    main,
    print,
    /** Rows of texts under a heading; the first column to the left. */
    table: (head, rows, options) => printTable(head, rows, options),
    /** What is being done now, on a terminal only. */
    progress(text) {
      if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
    },
    /** Something that makes a figure doubtful; each is shown once, after its case. */
    remark: (text) => remarks.add(text),
    takeRemarks() {
      const taken = [...remarks];
      remarks.clear();
      return taken;
    },
    targets,
    /** One line of the closing table, all texts; `isMet` is null when it could not be measured, and `found` says why. */
    target: ({ what, goal, found, isMet }) => void targets.push({ what, goal, found, isMet }),
    median,
    withRange,

    /** bench/echo-server.js; see servers.js for options, `url`, `books()` and `close()`. */
    startEchoServer,
    startEchoCluster,
    /** bench/odd-server.js: a server of `ws` that answers in unusual ways. */
    startOddServer,
    /** `floodgate serve`; `options.args` are further words for it. */
    startMock: (options) => startMock(main, options),

    /**
     * Runs `floodgate <args>`; what run-child.js gives, with the result in `output`. To `run` are added `--json`, a file to
     * save to and, unless `isQuiet` is false, `-q`.
     */
    floodgate(args, { isQuiet = true, ...options } = {}) {
      const isRun = args[0] === "run";
      const added = isRun ? ["--json", "-o", join(folder, "result.json"), ...(isQuiet ? ["-q"] : [])] : [];
      const words = [main, ...args.map(String), ...added];
      return runChild(process.execPath, words, { timeoutMs: defaultTimeoutMs, ...options });
    },
    /** Runs `node <args>`, which writes one document of JSON. */
    node: (args, options) => runChild(process.execPath, args.map(String), { timeoutMs: defaultTimeoutMs, ...options }),
    /** Runs any command; `output` is its text when `isJson` is false. */
    command: (file, args, options) => runChild(file, args.map(String), { timeoutMs: defaultTimeoutMs, ...options }),
  };
}
