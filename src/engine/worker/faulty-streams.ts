import type { FaultyStream } from "../collected-streams.ts";

/** So many are named. */
const mostNamed = 10;

/** Those to be named: the most important class first, of it the streams that lost most. */
export function worstStreams(streams: readonly FaultyStream[]): readonly FaultyStream[] {
  return [...streams]
    .sort((a, b) => (a.priority ?? 0) - (b.priority ?? 0) || b.lost - a.lost || a.stream - b.stream)
    .slice(0, mostNamed);
}
