/** What happened on one connection. Messages and times are of the measured load, the others of the whole run. */
export interface CollectedConnection {
  /** Numbered from 0 over all workers. */
  readonly connection: number;
  readonly sent: number;
  readonly delivered: number;
  readonly lost: number;
  readonly refused: number;
  readonly duplicated: number;
  readonly reordered: number;
  readonly latencyUs: {
    readonly count: number;
    readonly mean: number | null;
    /** At most 1/16 off; null where too few messages lie beyond, or there are too many connections to keep their times. */
    readonly p50: number | null;
    readonly p99: number | null;
    readonly max: number | null;
  };
  /** Times that it became ready. */
  readonly opened: number;
  /** Times that it ended although it was wanted, or because the run disturbed it. */
  readonly ended: number;
  /** In which it was ready, milliseconds. */
  readonly readyMs: number;
  readonly isReady: boolean;
  /** When anything was last sent or received on it, or it opened or ended, milliseconds since startedAtEpochMs; null for never. */
  readonly activeMs: number | null;
}

/** Receivers of a broadcast at which something went wrong. */
export interface FaultyReceivers {
  readonly count: number;
  /** Ten at most, the worst first. */
  readonly worst: readonly FaultyReceiver[];
}

export interface FaultyReceiver {
  /** Numbered from 0 over all workers. */
  readonly connection: number;
  /** Numbered from 0. */
  readonly room: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly reordered: number;
  /** Copies it should not have had at all: of another room, or its own. */
  readonly misrouted: number;
}
