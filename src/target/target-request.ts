import type { MockOptions } from "../mock-server/mock-options.ts";

/** What the run is aimed at, and where that one's memory can be read. */
export type TargetRequest =
  /** The built-in server, in a process of its own on a free port. */
  | { readonly kind: "mock"; readonly options: MockOptions }
  /** A server that is running already. */
  | { readonly kind: "url"; readonly url: string; readonly memory: TargetMemoryRequest | null }
  /** A server that floodgate starts, waits for and ends. */
  | { readonly kind: "spawn"; readonly url: string; readonly command: string };

export type TargetMemoryRequest =
  | { readonly kind: "pid"; readonly pid: number }
  /** Prometheus text or JSON. */
  | { readonly kind: "metrics"; readonly url: string };
