/** The classes of pushed messages, the most important first. A rank is a place in this list. */
export const priorities = ["control", "critical", "important", "bulk"] as const;

export type Priority = (typeof priorities)[number];

/** The rank of the class that is given up first. */
export const lowestRank = priorities.length - 1;

/** A share of all messages for each class, in the order of `priorities`; together 1. */
export type PriorityShares = readonly [control: number, critical: number, important: number, bulk: number];

/** What a live system has about so many of: few orders, much that nobody will miss. */
export const defaultShares: PriorityShares = [0.01, 0.09, 0.3, 0.6];
