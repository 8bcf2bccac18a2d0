/** Counts of what the target said of jobs. */
export const jobSayings = ["accepted", "started", "completed", "refused", "cancelled", "tooLate"] as const;

/** How many jobs ended how: each job in one way. */
export const jobEnds = ["completed", "refused", "cancelled", "lost"] as const;

/** What else is counted of jobs, whatever the target tells of them. */
export const jobCounts = [
  "sent",
  "cancelAsked",
  "cancelledRunning",
  "cancelledUnasked",
  "startedAgain",
  "completedAgain",
  "repeated",
  "afterLoss",
  "misordered",
  "overtaken",
  "cancelledRan",
  "refusedRan",
] as const;

/** What can be counted only where the target tells of starts. */
export const jobStartCounts = ["misorderedStarts", "overLimit", "neverStarted"] as const;

/** So many faults are named one by one. */
export const mostExamples = 10;

/** The counts of those names added, over workers or generators. */
export function addCounts<Name extends string>(
  names: readonly Name[],
  all: readonly Readonly<Record<Name, number>>[],
): Record<Name, number> {
  const sums = names.map((name) => [name, all.reduce((sum, each) => sum + each[name], 0)]);
  return Object.fromEntries(sums) as Record<Name, number>;
}

/** The same of counts that are null where they could not be taken; one that somebody could not take has no sum. */
export function addKnownCounts<Name extends string>(
  names: readonly Name[],
  all: readonly Readonly<Record<Name, number | null>>[],
): Record<Name, number | null> {
  const sums = names.map((name) => {
    const counts = all.map((each) => each[name]);
    return [name, counts.includes(null) ? null : counts.reduce<number>((sum, count) => sum + (count ?? 0), 0)];
  });
  return Object.fromEntries(sums) as Record<Name, number | null>;
}
