import { runCli, type CliEnd } from "./run-cli.ts";

/** Processes started together begin their load so far apart on a busy machine that they did not run at the same time. */
const mostTries = 4;

/**
 * How `merge` of `files` into both.json ended, with `flags` besides, after `runs` wrote them at the same time in `folder`. They are
 * made again where the machine had kept one of them from running until another was over.
 */
export async function mergedRuns(
  runs: readonly (readonly string[])[],
  files: readonly string[],
  folder: string,
  flags: readonly string[] = [],
): Promise<CliEnd> {
  for (let tries = 1; ; tries += 1) {
    await Promise.all(runs.map((run) => runCli(run, { cwd: folder })));
    const end = await runCli(["merge", ...files, "-o", "both.json", ...flags], { cwd: folder });
    if (tries === mostTries || !end.stderr.includes("did not run at the same time")) return end;
  }
}
