import type { Host } from "../host/host.ts";
import { usageError } from "../errors/floodgate-error.ts";
import { nearestName } from "../errors/nearest-name.ts";
import type { EnvironmentChoice } from "../plan/plan.ts";

/** The sizes a profile can have. */
export const environmentNames = ["full", "dev", "ci", "quick"] as const;

/**
 * Which size of the profile to run, the first that applies: `--env`, QUICK_MODE, CI, ENVIRONMENT=dev; else full.
 * QUICK_MODE and CI count as set with `true`, `1`, `yes` or `on`.
 */
export function chooseEnvironment(flag: string | undefined, env: Host["env"]): EnvironmentChoice {
  if (flag !== undefined) {
    const name = environmentNames.find((known) => known === flag);
    if (name === undefined) throw unknownEnvironment(flag);
    return { name, reason: `--env ${name}` };
  }
  for (const [variable, name] of [
    ["QUICK_MODE", "quick"],
    ["CI", "ci"],
  ] as const) {
    const value = env[variable];
    if (value !== undefined && /^(true|1|yes|on)$/i.test(value.trim()))
      return { name, reason: `${variable}=${value.trim()}` };
  }
  const environment = env.ENVIRONMENT?.trim() ?? "";
  if (/^(dev|development)$/i.test(environment)) return { name: "dev", reason: `ENVIRONMENT=${environment}` };
  return { name: "full", reason: "default" };
}

function unknownEnvironment(flag: string): Error {
  const nearest = nearestName(flag, environmentNames);
  return usageError(
    `--env "${flag}" is not one of ${environmentNames.join(", ")}`,
    nearest === undefined ? "write --env full, dev, ci or quick" : `did you mean ${nearest}?`,
  );
}
