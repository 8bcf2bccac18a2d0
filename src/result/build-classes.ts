import type { Collected, CollectedClass, CollectedPhase } from "../engine/collected.ts";
import type { Plan, StreamPlan } from "../plan/plan.ts";
import { addParallel, partsOfBlock } from "./add-blocks.ts";
import { blockOfParts, noMessages, partsOfPhase, sumOfParts, type BlockParts } from "./build-block.ts";
import type { ResultClass } from "./run-result.ts";

/** What a class is called in results and thresholds: `{priority=critical}` is of kind priority and named critical. */
export interface ClassName {
  readonly kind: string;
  readonly name: string;
}

/** Which of the collected classes a class of the result adds up. */
interface ClassGroup extends ClassName {
  readonly isMember: (collected: CollectedClass) => boolean;
}

/** The names of the classes that results of a plan have; empty where its messages have none. */
export function classNames({ stream }: Pick<Plan, "stream">): readonly ClassName[] {
  return stream === null ? [] : groupsOf(stream);
}

/** Messages by class: counts, times and rates of the measured phases. Empty where they have no classes. */
export function buildClasses(
  plan: Pick<Plan, "mode" | "stream">,
  { classes }: Pick<Collected, "classes">,
  encode: boolean,
): readonly ResultClass[] {
  const { stream } = plan;
  if (stream === null || classes.length === 0) return [];
  return groupsOf(stream).map(({ kind, name, isMember }) => {
    const members = classes.filter(isMember);
    const phases = members[0]!.phases.map((_, index) =>
      addParallel(members.map((member) => partsOfClass(member.phases[index]!, plan))),
    );
    const measured = phases.filter((_, index) => members[0]!.phases[index]!.plan.measured);
    const parts = sumOfParts(measured, phases);
    return {
      class: { kind, name },
      ...blockOfParts(kind === "priority" ? asFarAsKnown(parts, stream) : parts, encode),
    };
  });
}

/** The classes of several generators together: those that all of them have. */
export function addClasses(all: readonly (readonly ResultClass[] | undefined)[]): readonly ResultClass[] | undefined {
  const told = all.filter((classes) => classes !== undefined);
  const [first] = told;
  if (first === undefined || told.length < all.length) return undefined;
  return first.flatMap(({ class: { kind, name } }) => {
    const same = told.flatMap((classes) =>
      classes.filter((other) => other.class.kind === kind && other.class.name === name),
    );
    if (same.length < told.length) return [];
    return [{ class: { kind, name }, ...blockOfParts(addParallel(same.map(partsOfBlock)), true) }];
  });
}

function groupsOf({ priority }: StreamPlan): readonly ClassGroup[] {
  const names = priority?.names ?? [];
  return names.map((name, index) => ({
    kind: "priority",
    name,
    isMember: ({ messageClass }) => messageClass.priority === index,
  }));
}

/** Connections have no class; what a stream promises is promised of all its messages. */
function partsOfClass(phase: CollectedPhase, plan: Pick<Plan, "mode" | "stream">): BlockParts {
  return { ...partsOfPhase(phase, plan), promised: null };
}

/** Where classes are not numbered apart, nobody knows of which class a missing message was: there are times alone. */
function asFarAsKnown(parts: BlockParts, { priority }: StreamPlan): BlockParts {
  if (priority?.isNumbered === true) return parts;
  return { ...parts, messages: noMessages };
}
