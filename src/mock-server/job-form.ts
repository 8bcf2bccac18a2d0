/**
 * What the mock says and hears in mode queue, as a client's settings say it. All messages are JSON objects:
 *
 *   {"type":"submit","key":"k1","id":"..."}      {"type":"cancel","id":"..."}      {"type":"statistics"}
 *   {"type":"started","id":"..."}                {"type":"refused","id":"...","reason":"the queue is full: 10 jobs wait"}
 */
export const mockJobForm = {
  submit: '{"type":"submit","key":"{{key}}","id":"{{id}}","padding":"{{padding}}"}',
  cancel: '{"type":"cancel","id":"{{id}}"}',
  accepted: '"type":"accepted"',
  started: '"type":"started"',
  completed: '"type":"completed"',
  refused: '"type":"refused"',
  cancelled: '"type":"cancelled"',
  tooLate: '"type":"not-cancelled"',
} as const;

/** How its statistics are asked for, and where the answer has each number. */
export const mockJobStatistics = {
  request: '{"type":"statistics"}',
  answer: '"type":"statistics"',
  submitted: "$.submitted",
  accepted: "$.accepted",
  refused: "$.refused",
  started: "$.started",
  completed: "$.completed",
  cancelled: "$.cancelled",
} as const;

/** What a client asks of the queue. */
export type JobWish =
  | { readonly kind: "submit"; readonly key: string; readonly id: string }
  | { readonly kind: "cancel"; readonly id: string }
  | { readonly kind: "statistics" };

/** What a message asks for; null when it is none of the queue's. */
export function readJobWish(payload: Buffer): JobWish | null {
  let value: unknown;
  try {
    value = JSON.parse(payload.toString());
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null) return null;
  const { type, key, id } = value as Readonly<Record<string, unknown>>;
  if (type === "statistics") return { kind: "statistics" };
  if (typeof id !== "string" || id === "") return null;
  if (type === "cancel") return { kind: "cancel", id };
  return type === "submit" && typeof key === "string" ? { kind: "submit", key, id } : null;
}
