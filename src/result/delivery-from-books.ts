import type { BlockParts } from "./build-block.ts";

/**
 * Delivery of a oneway run, read from what the mock says it took in (`messagesIn` of its books, whole messages; in this
 * mode they count as answers that nobody sends). First messages of the connections are in those books too and are taken off.
 * The books know no phases: they can be shared out when every message arrived, or when one phase alone sent any.
 * Null when they cannot, when there are none, or when they hold more than was sent: then delivery stays unknown.
 */
export function deliveryFromBooks(
  phases: readonly BlockParts[],
  books: Readonly<Record<string, number>> | null,
  firstMessagesPerConnection: number,
): readonly BlockParts[] | null {
  const messagesIn = books?.messagesIn;
  if (messagesIn === undefined) return null;
  const sent = phases.reduce((sum, parts) => sum + parts.messages.sent, 0);
  const opened = phases.reduce((sum, parts) => sum + parts.connections.opened, 0);
  const delivered = messagesIn - firstMessagesPerConnection * opened;
  const senders = phases.filter((parts) => parts.messages.sent > 0);
  if (delivered < 0 || delivered > sent || (delivered < sent && senders.length !== 1)) return null;
  const lost = sent - delivered;
  return phases.map((parts) => withDelivery(parts, parts.messages.sent === 0 ? 0 : lost));
}

function withDelivery(parts: BlockParts, lost: number): BlockParts {
  const { sent } = parts.messages;
  return { ...parts, messages: { ...parts.messages, expected: sent, delivered: sent - lost, lost, lostMissing: lost } };
}
