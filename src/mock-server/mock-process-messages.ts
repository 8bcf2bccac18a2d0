import type { MockOptions } from "./mock-options.ts";
import type { ShutdownStatistics } from "./shut-down-sessions.ts";

/** What a parent tells the process of a mock server. The end of the channel means: end at once. */
export type ToMockProcess =
  | { readonly kind: "start"; readonly options: MockOptions }
  | { readonly kind: "read-books" }
  | { readonly kind: "stop" };

/** What the process answers. */
export type FromMockProcess =
  | { readonly kind: "listening"; readonly port: number; readonly url: string; readonly pid: number }
  /** It could not start, for a reason the user can mend. */
  | { readonly kind: "failed"; readonly message: string; readonly hint: string | undefined }
  | { readonly kind: "books"; readonly books: Readonly<Record<string, number>> }
  | { readonly kind: "stopped"; readonly statistics: ShutdownStatistics };
