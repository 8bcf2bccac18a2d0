// What floodgate's fast path does not take: fragments, wrapped answers, compression, TLS, large messages.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { floodgate, naiveWs } from "../generators.js";
import { figuresOf, printFigures } from "../load-table.js";
import { measureInTurns } from "../measure-load.js";
import { short } from "../print-table.js";

export const title = "fragments, wrapped answers, compression, TLS and large messages, beside the plain path";
export const minutes = 12;

const small = { connections: 50, sizeBytes: 256, inFlight: 16 };
const paths = [
  { name: "plain, 256 B", ...small },
  { name: "16-byte fragments and pings, 256 B", ...small, server: { answers: "fragments" } },
  { name: "wrapped in JSON, 256 B", ...small, server: { answers: "wrapped" }, isForeign: true },
  { name: "compressed, 256 B", ...small, server: { compress: true }, words: ["--compress"], compress: true },
  { name: "TLS, 256 B", ...small, isSecure: true, words: ["--insecure"] },
  { name: "100 KiB", connections: 10, sizeBytes: 100 * 1024, inFlight: 1 },
  { name: "1 MiB", connections: 4, sizeBytes: 1024 * 1024, inFlight: 1 },
];

export async function run(bench) {
  bench.print("target: bench/odd-server.js (npm ws), one write for what one read brought, on a core of its own");
  bench.print("floodgate's messages are random text; the ws client's are one letter, which compresses to nothing\n");
  const found = new Map();
  for (const path of paths) {
    const server = await bench.startOddServer(path.isSecure ? certificate(bench.folder) : (path.server ?? {}));
    const one = await measureInTurns(bench, [path], [floodgate, naiveWs].map(readsAnswers), server);
    await server.close();
    found.set(path, [...one.values()][0]);
  }
  printFigures(bench, found);
  printPerMegabyte(bench, found);
}

/** The naive client looks for its number at the start of an answer, and finds none in a wrapped one. */
function readsAnswers(generator) {
  return { ...generator, canDo: (path) => generator.isOurs || (!path.isForeign && generator.canDo(path)) };
}

function printPerMegabyte(bench, found) {
  const rows = [...found.keys()].map((path) => {
    const perMegabyte = ({ name }) => bench.median(figuresOf(found, path, name, "cpuUs")) / (path.sizeBytes / 1e6);
    return [path.name, ...[floodgate, naiveWs].map((generator) => short(perMegabyte(generator)))];
  });
  bench.print("CPU microseconds per megabyte sent (and received again)");
  bench.table(["path", floodgate.name, naiveWs.name], rows);
}

function certificate(folder) {
  const [key, cert] = ["key.pem", "cert.pem"].map((name) => join(folder, name));
  const what = ["-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-keyout", key, "-out", cert];
  execFileSync("openssl", ["req", "-x509", ...what], { stdio: "ignore" });
  return { keyPem: readFileSync(key, "utf8"), certPem: readFileSync(cert, "utf8") };
}
