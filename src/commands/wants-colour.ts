import type { Host } from "../host/host.ts";

/** Whether the report may be coloured: only on a terminal that knows how, and not against NO_COLOR (no-color.org: set, not empty). */
export function wantsColour({ stdout, env }: Pick<Host, "stdout" | "env">): boolean {
  return stdout.isTerminal && (env.NO_COLOR ?? "") === "" && env.TERM !== "dumb";
}
