import type { Collected } from "../engine/collected.ts";
import type { CollectedClass, CollectedPhase } from "../engine/collected-phase.ts";
import { isCountedBySize, type ClassedPlan } from "../plan/message-classes.ts";
import type { Plan, StreamPlan } from "../plan/plan.ts";
import { slowCount } from "../plan/slow-readers.ts";
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
export function classNames(plan: ClassedPlan): readonly ClassName[] {
  return groupsOf(plan);
}

/** Messages by class: counts, times and rates of the measured phases. Empty where they have no classes. */
export function buildClasses(
  plan: ClassedPlan,
  { classes }: Pick<Collected, "classes">,
  encode: boolean,
): readonly ResultClass[] {
  const { stream } = plan;
  if (classes.length === 0) return [];
  return groupsOf(plan).map(({ kind, name, isMember }) => {
    const members = classes.filter(isMember);
    const phases = partsByPhase(members, plan);
    const measured = phases.filter((_, index) => members[0]!.phases[index]!.plan.measured);
    const parts = sumOfParts(measured, phases);
    const isKnown = stream === null || kind === "reader";
    const block = blockOfParts(isKnown ? parts : asFarAsKnown(parts, stream), encode);
    return { class: { kind, name }, ...block };
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

/** The parts of some of the collected classes together, phase by phase. */
export function partsByPhase(
  members: readonly CollectedClass[],
  plan: Pick<Plan, "mode" | "stream">,
): readonly BlockParts[] {
  return members[0]!.phases.map((phase, index) => {
    const sum = addParallel(members.map((member) => partsOfClass(member, member.phases[index]!, plan)));
    // Classes of the same connections are no further connections.
    const readers = new Set(members.map(({ messageClass }) => messageClass.isSlow));
    const planned = [...readers].reduce(
      (total, isSlow) => total + readersOf(isSlow, phase.connections, plan.stream),
      0,
    );
    return { ...sum, connections: { ...sum.connections, planned } };
  });
}

function groupsOf(plan: ClassedPlan): readonly ClassGroup[] {
  if (isCountedBySize(plan)) {
    return plan.message.mix!.sizes.map(({ name }, size): ClassGroup => ({
      kind: "size",
      name,
      isMember: ({ messageClass }) => messageClass.size === size,
    }));
  }
  return plan.stream === null ? [] : groupsOfStreams(plan.stream);
}

function groupsOfStreams({ priority, slow }: StreamPlan): readonly ClassGroup[] {
  const ranks = (priority?.names ?? []).map((name, rank) => ({ name, rank }));
  const readers = slow === null ? [] : [false, true].map((isSlow) => ({ name: isSlow ? "slow" : "fast", isSlow }));
  return [
    ...ranks.map(({ name, rank }): ClassGroup => ({
      kind: "priority",
      name,
      isMember: ({ messageClass }) => messageClass.priority === rank,
    })),
    ...readers.map(({ name, isSlow }): ClassGroup => ({
      kind: "reader",
      name,
      isMember: ({ messageClass }) => messageClass.isSlow === isSlow,
    })),
    ...ranks.flatMap(({ name, rank }) =>
      readers.map((reader): ClassGroup => ({
        kind: "priority+reader",
        name: `${name}+${reader.name}`,
        isMember: ({ messageClass }) => messageClass.priority === rank && messageClass.isSlow === reader.isSlow,
      })),
    ),
  ];
}

/** What a stream promises is promised of all its messages: where they have priorities too, it is counted with the first. */
function partsOfClass(
  { messageClass: { priority, isSlow } }: CollectedClass,
  phase: CollectedPhase,
  plan: Pick<Plan, "mode" | "stream">,
): BlockParts {
  const parts = partsOfPhase({ ...phase, connections: readersOf(isSlow, phase.connections, plan.stream) }, plan);
  return { ...parts, promised: parts.promised === null || (priority ?? 0) === 0 ? parts.promised : 0 };
}

function readersOf(isSlow: boolean | null, connections: number, stream: StreamPlan | null): number {
  if (isSlow === null || stream?.slow == null) return connections;
  const slow = slowCount(stream.slow, connections);
  return isSlow ? slow : connections - slow;
}

/** Where classes are not numbered apart, nobody knows of which class a missing message was: there are times alone. */
function asFarAsKnown(parts: BlockParts, { priority }: StreamPlan): BlockParts {
  const unpromised = { ...parts, promised: null };
  return priority?.isNumbered === true ? unpromised : { ...unpromised, messages: noMessages };
}
