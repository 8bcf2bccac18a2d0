/**
 * The delivery partition written for clearness, not speed, over a list of all events: the oracle for the ledger that
 * counts while the run goes on. Times in any one unit.
 */
export interface PlannedMessage {
  readonly id: number;
  readonly intended: number;
  /** Null when it was never sent; `why` says why. */
  readonly sent: number | null;
  readonly why: "sent" | "skipped" | "sendFailed";
  readonly recipients: readonly string[];
}

export interface ReceivedFrame {
  readonly id: number;
  readonly recipient: string;
  readonly at: number;
  /** False when its checksum failed. */
  readonly valid: boolean;
}

export interface FoldedDeliveries {
  readonly offered: number;
  readonly sent: number;
  readonly skipped: number;
  readonly sendFailed: number;
  readonly expectedDeliveries: number;
  readonly onTime: number;
  readonly late: number;
  readonly corruptOnly: number;
  readonly lost: number;
  readonly duplicates: number;
  readonly unexpected: number;
  readonly afterDrain: number;
  readonly deliveryRatio: number;
  readonly onTimeRatio: number;
}

/** `lateAfter` is the longest response that counts as on time; frames after `drainEnd` change nothing but `afterDrain`. */
export function foldDeliveries(
  planned: readonly PlannedMessage[],
  received: readonly ReceivedFrame[],
  lateAfter: number,
  drainEnd: number,
): FoldedDeliveries {
  const sent = planned.filter((message) => message.sent !== null);
  const expected = sent.flatMap((message) => message.recipients.map((recipient) => ({ message, recipient })));
  const isExpected = (frame: ReceivedFrame): boolean =>
    expected.some(({ message, recipient }) => message.id === frame.id && recipient === frame.recipient);
  const inTime = received.filter((frame) => frame.at <= drainEnd);
  const tally = { onTime: 0, late: 0, corruptOnly: 0, lost: 0, duplicates: 0 };
  for (const { message, recipient } of expected) {
    const copies = inTime.filter((frame) => frame.id === message.id && frame.recipient === recipient);
    const valid = copies.filter((frame) => frame.valid);
    tally.duplicates += Math.max(0, valid.length - 1);
    const first = valid.toSorted((a, b) => a.at - b.at)[0];
    if (first !== undefined) tally[first.at - message.intended <= lateAfter ? "onTime" : "late"]++;
    else tally[copies.length > 0 ? "corruptOnly" : "lost"]++;
  }
  return {
    offered: planned.length,
    sent: sent.length,
    skipped: planned.filter((message) => message.why === "skipped").length,
    sendFailed: planned.filter((message) => message.why === "sendFailed").length,
    expectedDeliveries: expected.length,
    ...tally,
    unexpected: inTime.filter((frame) => !isExpected(frame)).length,
    afterDrain: received.filter((frame) => frame.at > drainEnd && isExpected(frame)).length,
    deliveryRatio: (tally.onTime + tally.late) / expected.length,
    onTimeRatio: tally.onTime / expected.length,
  };
}
