import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { arch, cpus, platform, release, totalmem } from "node:os";
import { version as nodeVersion } from "node:process";
import type { Host } from "../host/host.ts";
import type { ResultEnvironment, ResultTool } from "./run-result.ts";

/** The machine a run is made on, and which environment was chosen for it and why. */
export function readEnvironment(
  choice: { readonly name: string; readonly reason: string },
  host: Pick<Host, "cores" | "env">,
): ResultEnvironment {
  const machine = {
    node: nodeVersion,
    platform: `${platform()}/${arch()}`,
    kernel: release(),
    cpuModel: cpus()[0]?.model.trim() ?? "unknown",
    cores: host.cores,
    totalMemoryBytes: totalmem(),
  };
  const ci = host.env.CI;
  return {
    name: choice.name,
    reason: choice.reason,
    ...machine,
    hostFingerprint: hostFingerprint(machine),
    ci: ci !== undefined && ci !== "" && ci !== "false" && ci !== "0",
  };
}

/** 16 hex digits of the SHA-256 over what makes numbers of two hosts comparable; no host name, no address. */
export function hostFingerprint(
  machine: Omit<ResultEnvironment, "name" | "reason" | "hostFingerprint" | "ci">,
): string {
  const { node, platform, kernel, cpuModel, cores, totalMemoryBytes } = machine;
  const parts = [node, platform, kernel, cpuModel, cores, totalMemoryBytes].join("\n");
  return createHash("sha256").update(parts).digest("hex").slice(0, 16);
}

/** Name and version of this program, and the version of the `ws` package it runs with. */
export function readToolVersions(): ResultTool {
  const own = readVersion(new URL("../../package.json", import.meta.url));
  const wsPackage = createRequire(import.meta.url).resolve("ws/package.json");
  return { name: own.name, version: own.version, wsVersion: readVersion(wsPackage).version };
}

function readVersion(file: URL | string): { readonly name: string; readonly version: string } {
  const content = JSON.parse(readFileSync(file, "utf8")) as { name: string; version: string };
  return { name: content.name, version: content.version };
}
