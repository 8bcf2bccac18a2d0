import type { Host } from "../host/host.ts";
import { describePlan } from "../plan/describe-plan.ts";
import { describeMix } from "../plan/message-mix.ts";
import type { Plan } from "../plan/plan.ts";
import type { OutputRequest } from "../profile/run-request.ts";
import type { OpenTarget } from "../target/open-target.ts";

/** What is about to be done, on stderr: the choices that were made, the target, and the offered load in one line. */
export function announceRun(output: OutputRequest, plan: Plan, target: OpenTarget, host: Host): void {
  if (output.quiet) return;
  const { name, reason } = plan.environment;
  host.stderr.write(`[INFO] profile ${plan.profile}, environment ${name} (${reason}), seed ${plan.seed}\n`);
  host.stderr.write(
    `[INFO] target ${target.description}${target.description === target.url ? "" : ` at ${target.url}`}\n`,
  );
  if (plan.message.mix !== null) host.stderr.write(`[INFO] messages: ${describeMix(plan.message.mix)}\n`);
  host.stderr.write(`${describePlan(plan)}\n`);
}

/** What was set otherwise than asked, and why. */
export function announceNotes(output: OutputRequest, notes: readonly string[], host: Host): void {
  if (output.quiet) return;
  for (const note of notes) host.stderr.write(`[INFO] ${note}\n`);
}
