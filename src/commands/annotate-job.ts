import { existsSync, realpathSync } from "node:fs";
import { isAbsolute, relative, resolve } from "node:path";
import type { Host } from "../host/host.ts";
import { renderAnnotations, type RepositoryPlace } from "../report/github-annotations.ts";
import type { RunResult } from "../result/run-result.ts";

/**
 * In a job of GitHub Actions, notes at the job what did not hold. On stderr, which the runner reads as it does stdout:
 * that has the summary or the one JSON document.
 */
export function annotateJob(result: RunResult, host: Host): void {
  if (host.env.GITHUB_ACTIONS !== "true") return;
  const workspace = host.env.GITHUB_WORKSPACE ?? host.cwd;
  host.stderr.write(renderAnnotations(result, (source) => placeIn(workspace, host.cwd, source)));
}

/** Null for what was written in no file, or in one outside of the repository. */
function placeIn(workspace: string, cwd: string, source: string): RepositoryPlace | null {
  const [, path, line] = /^(.+):(\d+)$/.exec(source) ?? [];
  if (path === undefined || line === undefined) return null;
  const whole = resolve(cwd, path);
  if (!existsSync(whole) || !existsSync(workspace)) return null;
  const file = relative(realpathSync(workspace), realpathSync(whole));
  if (file.startsWith("..") || isAbsolute(file)) return null;
  return { file: file.replaceAll("\\", "/"), line: Number(line) };
}
