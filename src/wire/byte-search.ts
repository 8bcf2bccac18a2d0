// Looking for texts in bytes as they lie in a read; nothing is allocated.

/** Where the first copy of `text` that begins at `from` or later ends; -1 when there is none before `end`. */
export function findText(view: DataView, from: number, end: number, text: Buffer): number {
  const last = end - text.length;
  for (let at = from; at <= last; at += 1) if (isAt(view, at, end, text)) return at + text.length;
  return -1;
}

/** Whether `text` stands at `at`, before `end`. */
export function isAt(view: DataView, at: number, end: number, text: Buffer): boolean {
  if (at + text.length > end) return false;
  for (let index = 0; index < text.length; index += 1) {
    if (view.getUint8(at + index) !== text[index]) return false;
  }
  return true;
}

/** Whether all bytes are ASCII, and so valid UTF-8 without a further look. */
export function isAscii(view: DataView, start: number, end: number): boolean {
  let seen = 0;
  let at = start;
  for (; at <= end - 4; at += 4) seen |= view.getInt32(at, true);
  for (; at < end; at += 1) seen |= view.getUint8(at);
  return (seen & 0x80808080) === 0;
}
