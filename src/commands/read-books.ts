import { isBookCounter } from "../mock-server/mock-books.ts";
import type { RunRequest } from "../profile/run-request.ts";
import type { OpenTarget } from "../target/open-target.ts";

type Books = Readonly<Record<string, number>> | null;

/** The mock's books, or those of a floodgate server elsewhere when nothing but them can tell what arrived. */
export async function readBooks(request: RunRequest, target: OpenTarget): Promise<Books> {
  return request.target.kind === "mock" || request.plan.mode === "oneway" ? target.readBooks() : null;
}

/** A server that ran before us has counted before us. */
export function booksSince(before: Books, after: Books): Books {
  if (before === null || after === null) return after;
  return Object.fromEntries(
    Object.entries(after).map(([key, value]) => [key, isBookCounter(key) ? value - (before[key] ?? 0) : value]),
  );
}
