/** The outside world as one value, so that tests can replace any part of it. */
export interface Host {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly stdout: TextSink;
  readonly stderr: TextSink;
  readonly clock: Clock;
  /** Cores this process may use. */
  readonly cores: number;
  /** What one process of this machine, and one of its addresses, may have. Read anew each time. */
  machineLimits(): MachineLimits;
  /** 32 random bits from the operating system, for a seed nobody chose. */
  randomSeed(): number;
  /** Calls back for each SIGINT / SIGTERM until the returned function is called. */
  onStopSignal(listener: (signal: "SIGINT" | "SIGTERM") => void): () => void;
  /** Leaves the process at once; only for the second Ctrl-C. */
  exitNow(code: number): never;
}

/** Null for what has no limit, or none that can be read. */
export interface MachineLimits {
  /** Files that one process may have open. */
  readonly openFiles: number | null;
  /** Ports of one local address for connections to one target. */
  readonly localPorts: number | null;
}

export interface TextSink {
  readonly isTerminal: boolean;
  /** Width of the terminal in characters; 100 when it is none. */
  readonly columns: number;
  write(text: string): void;
}

export interface Clock {
  /** Monotonic, milliseconds with fractions; the same origin in all threads and processes of a machine (CLOCK_MONOTONIC). */
  monotonicMs(): number;
  /** Wall time, milliseconds since the epoch. For labels only; never subtracted. */
  epochMs(): number;
}
