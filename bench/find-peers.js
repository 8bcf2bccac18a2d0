// The generators of others that this machine has. One that is missing is left out, with a line that says how to get it.
import { accessSync, constants, statSync } from "node:fs";
import { basename } from "node:path";
import { UsageError } from "./arguments.js";
import { corkedWs, naiveWs } from "./generators.js";
import { findArtillery } from "./peers/artillery.js";
import { tcpkali } from "./peers/tcpkali.js";
import { findTsung } from "./peers/tsung.js";
import { uwsLoadTest } from "./peers/uws-load-test.js";

/** By the base name of the program that FLOODGATE_PEERS names. */
const programs = { tcpkali, load_test: uwsLoadTest };

/** Gives generators, as generators.js describes them, and prints what is missing. Throws UsageError for a wrong FLOODGATE_PEERS. */
export function findPeers(bench) {
  const named = peersNamedIn(process.env.FLOODGATE_PEERS ?? "");
  const found = [findArtillery(), findTsung()];
  const missing = found.flatMap((one) => (one.missing === undefined ? [] : [one.missing]));
  if (named.length === 0)
    missing.push("tcpkali, load_test of uWebSockets: FLOODGATE_PEERS=/path/tcpkali:/path/load_test");
  for (const line of missing) bench.print(`left out, as it is not here: ${line}`);
  return [naiveWs, corkedWs, ...found.flatMap((one) => one.generator ?? []), ...named];
}

/** From paths of programs with colons or commas between them. */
export function peersNamedIn(text) {
  const paths = text
    .split(/[:,]/)
    .map((path) => path.trim())
    .filter((path) => path !== "");
  return paths.map((path) => {
    const generator = programs[basename(path)];
    if (generator === undefined) {
      throw new UsageError(
        `FLOODGATE_PEERS: ${path} is not known here, only ${Object.keys(programs).join(" and ")} are`,
      );
    }
    if (!isProgram(path)) throw new UsageError(`FLOODGATE_PEERS: ${path} is no program that can be run`);
    return generator(path);
  });
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
