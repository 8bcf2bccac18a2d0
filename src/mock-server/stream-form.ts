/**
 * What the mock says and hears in mode push, as a client's settings say it. A message:
 *
 *   {"seq":12,"sentUs":86400000123,"text":"...","check":"0a1b2c3d"}
 */
export const mockStreamForm = {
  /** Any message but `stop` starts the stream; this is the usual one. */
  subscribe: '{"type":"subscribe"}',
  stop: '{"type":"stop"}',
  sequence: '"seq":(?<sequence>\\d+)',
  first: 1,
  /** The answer to `stop`, after everything that was under way. */
  end: '{"end":true,"last":(?<last>\\d+)}',
  /** Microseconds of CLOCK_MONOTONIC at which the message was made. */
  sent: '"sentUs":(?<sent>\\d+)',
  clock: "monotonic-us",
  check: '"check":"(?<check>[0-9a-f]{8})"',
} as const;

/** The smallest message that keeps its size up to a billion messages a stream. */
export const leastStreamBytes = 72;

/** What `stop` is answered with. */
export function endOfStream(last: number): Buffer {
  return Buffer.from(`{"end":true,"last":${last}}`);
}
