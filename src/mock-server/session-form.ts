/**
 * How the mock speaks of sessions, as a client's settings say it. A session has its name from the mock as the connection
 * opens; a client that comes again asks for the one it had, in its first message:
 *
 *   {"type":"session","session":"3-9f8e7d6c"}
 *   {"type":"resume","session":"1-0a1b2c3d"}     {"type":"resumed","session":"1-0a1b2c3d","kept":12}
 *                                                {"type":"not-resumed","session":"1-0a1b2c3d"}
 *
 * After `resumed` come the answers that were kept, oldest first. After `not-resumed` the connection goes on with the session
 * that was named as it opened.
 */
export const mockSessionForm = {
  session: '"type":"session","session":"(?<session>[\\w-]+)"',
  firstMessage: ['{"type":"resume","session":"{{session}}"}'],
  resumed: '"type":"resumed"',
  refused: '"type":"not-resumed"',
} as const;

const wish = Buffer.from('{"type":"resume","session":"');

/** The session that a message asks for; null when it asks for none. */
export function sessionAskedFor(payload: Buffer): string | null {
  if (payload.length <= wish.length || wish.compare(payload, 0, wish.length) !== 0) return null;
  const end = payload.indexOf('"', wish.length);
  return end < 0 ? null : payload.toString("latin1", wish.length, end);
}

/** What names a session. */
export function namesSession(token: string): Buffer {
  return Buffer.from(JSON.stringify({ type: "session", session: token }));
}

/** Says that the session goes on, and that so many answers of it follow. */
export function tellsResumed(token: string, kept: number): Buffer {
  return Buffer.from(JSON.stringify({ type: "resumed", session: token, kept }));
}

/** Says that the session asked for is not there. */
export function tellsNotResumed(token: string): Buffer {
  return Buffer.from(JSON.stringify({ type: "not-resumed", session: token }));
}
