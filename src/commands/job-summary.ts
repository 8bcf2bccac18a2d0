import { appendFile, open, stat } from "node:fs/promises";
import { usageError } from "../errors/floodgate-error.ts";
import { cutMarkdown } from "../report/markdown-text.ts";
import { fileErrorReason } from "../result/write-atomically.ts";

/** GitHub takes no larger summary of a step: it drops all of it. */
const largestBytes = 1024 * 1024;

/** The file to which a step of a GitHub job appends its summary; null outside of one. */
export function jobSummaryFile(env: Readonly<Record<string, string | undefined>>): string | null {
  const path = env.GITHUB_STEP_SUMMARY?.trim() ?? "";
  return path === "" ? null : path;
}

/** Throws a usage error when nothing can be appended to the summary. */
export async function checkJobSummary(path: string, flag: string): Promise<void> {
  try {
    await (await open(path, "a")).close();
  } catch (error) {
    throw usageError(
      `${flag} auto: the job's summary "${path}" cannot be written: ${fileErrorReason(error)}`,
      `look at GITHUB_STEP_SUMMARY, or name a file with ${flag} <file>`,
      error,
    );
  }
}

/** Appends Markdown to the summary, as much of it as there is room for. Throws the error of the operating system. */
export async function appendJobSummary(path: string, markdown: string): Promise<"whole" | "cut" | "full"> {
  const { size } = await stat(path);
  const separator = size === 0 ? "" : "\n\n";
  const kept = cutMarkdown(markdown, largestBytes - size - separator.length);
  if (kept === "") return "full";
  await appendFile(path, `${separator}${kept}`);
  return kept === markdown ? "whole" : "cut";
}
