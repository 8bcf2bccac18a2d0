import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

/** What docs/ci.md gives to copy. */
export interface CiPage {
  /** The text of `load.yaml`. */
  readonly profile: string;
  /** The commands with floodgate in them, of the first job of each service, in their order. */
  readonly github: readonly JobCommand[];
  readonly gitlab: readonly JobCommand[];
  /** The commands of every job on the page, the kept baseline too. */
  readonly all: readonly string[];
}

/** A step of a job, as the service would hand it to a shell. */
export interface JobCommand {
  readonly command: string;
  /** Whether it is run although one before it has failed. */
  readonly runsAlways: boolean;
  /** The environment that the job asks for. */
  readonly env: Readonly<Record<string, string>>;
}

interface GithubStep {
  readonly run?: string;
  readonly if?: string;
}

interface GithubJob {
  readonly env?: Readonly<Record<string, string>>;
  readonly steps: readonly GithubStep[];
}

interface GitlabJob {
  readonly variables?: Readonly<Record<string, string>>;
  readonly script: readonly string[];
  readonly after_script?: readonly string[];
}

const pagePath = fileURLToPath(new URL("../../docs/ci.md", import.meta.url));

/** Reads the page as a person who copies from it does: whole blocks. */
export function readCiPage(): CiPage {
  const blocks = [...readFileSync(pagePath, "utf8").matchAll(/^```yaml\n([^]*?)^```$/gm)].map(([, text]) => text!);
  const documents = blocks.map((text) => parse(text) as Record<string, unknown>);
  const jobs = documents.flatMap((document) =>
    typeof document.jobs === "object" && document.jobs !== null
      ? Object.values(document.jobs as Record<string, GithubJob>).map(githubCommands)
      : [],
  );
  const gitlabJobs = documents.flatMap((document) =>
    "load" in document ? [gitlabCommands(document.load as GitlabJob)] : [],
  );
  return {
    profile: blocks.find((text) => text.startsWith("# load.yaml"))!,
    github: jobs[0]!,
    gitlab: gitlabJobs[0]!,
    all: [...jobs, ...gitlabJobs].flat().map(({ command }) => command),
  };
}

function githubCommands({ env = {}, steps }: GithubJob): readonly JobCommand[] {
  return steps.flatMap(({ run, if: condition }) =>
    run === undefined || !callsFloodgate(run)
      ? []
      : [{ command: run, runsAlways: condition === "${{ !cancelled() }}", env }],
  );
}

function gitlabCommands({ variables: env = {}, script, after_script: after = [] }: GitlabJob): readonly JobCommand[] {
  const commands = (lines: readonly string[], runsAlways: boolean): readonly JobCommand[] =>
    lines.filter(callsFloodgate).map((command) => ({ command, runsAlways, env }));
  return [...commands(script, false), ...commands(after, true)];
}

function callsFloodgate(command: string): boolean {
  return command.includes("npx floodgate ");
}
