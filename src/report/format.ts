import { formatCount } from "../units/count.ts";
import { formatRate } from "../units/rate.ts";
import { formatRatio } from "../units/ratio.ts";
import { formatBytes } from "../units/size.ts";
import { formatMicroseconds } from "../units/time.ts";

// Numbers and words of all reports. What is not known is `-`, never 0 and never a word of JavaScript.

/** Reports are never wider than this, however wide the terminal. */
export const widestColumns = 100;
const narrowestColumns = 60;

/** The width of a report on a terminal of so many columns. */
export function reportWidth(columns: number): number {
  return Math.max(narrowestColumns, Math.min(widestColumns, columns));
}

const unknown = "-";

type Maybe = number | null | undefined;

/** `1,234,567`, or `-` for no value. */
export const countText = (value: Maybe): string => finite(value, formatCount);
/** `12.34 ms` of microseconds. */
export const timeText = (us: Maybe): string => finite(us, formatMicroseconds);
/** `12.3 MiB`. */
export const bytesText = (bytes: Maybe): string => finite(bytes, formatBytes);
/** `10,000`, per second; the unit stands in the heading. */
export const rateText = (perSecond: Maybe): string =>
  finite(perSecond, (value) => formatRate(value).replace(/ .*$/, ""));
/** `99.95%`; never 100% of what is not all. */
export const ratioText = (ratio: Maybe): string => finite(ratio, formatRatio);
/** `+2.00 MiB`, `-1.00 KiB`: a change, with its sign. */
export const changeText = (bytes: Maybe): string =>
  finite(bytes, (value) => (value > 0 ? `+${formatBytes(value)}` : formatBytes(value)));
/** `12.6 s` of milliseconds. */
export const secondsText = (ms: Maybe): string =>
  finite(ms, (value) => `${(value / 1000).toFixed(value < 99_950 ? 1 : 0)} s`);

/** `1 message`, `2 messages`. */
export function amount(count: number, one: string, many = `${one}s`): string {
  return `${countText(count)} ${count === 1 ? one : many}`;
}

/** Printable ASCII on one line, whatever a user or a target wrote. */
export function plain(text: string): string {
  return text.replace(/\s+/g, " ").replace(/[^ -~]/gu, "?");
}

/** At most `length` characters; `...` stands for what was cut off the end. */
export function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  return length <= 3 ? text.slice(0, Math.max(0, length)) : `${text.slice(0, length - 3)}...`;
}

/** The same for paths and addresses, whose end tells as much as their start. */
export function cutMiddle(text: string, length: number): string {
  if (text.length <= length || length <= 5) return cut(text, length);
  const head = Math.floor((length - 3) / 3);
  return `${text.slice(0, head)}...${text.slice(text.length - (length - 3 - head))}`;
}

/**
 * The text in lines of at most `width` characters. The first begins with `first`, the others are indented as far.
 * Only a word too long for a line is cut.
 */
export function wrap(text: string, width: number, first = ""): readonly string[] {
  const indent = " ".repeat(first.length);
  const room = Math.max(10, width - first.length);
  const lines: string[] = [];
  let line = "";
  for (const word of plain(text).split(" ")) {
    const whole = cutMiddle(word, room);
    if (line !== "" && line.length + 1 + whole.length > room) {
      lines.push(line);
      line = whole;
    } else line = line === "" ? whole : `${line} ${whole}`;
  }
  lines.push(line);
  return lines.map((content, index) => `${index === 0 ? first : indent}${content}`.trimEnd());
}

function finite(value: Maybe, format: (value: number) => string): string {
  return value === null || value === undefined || !Number.isFinite(value) ? unknown : format(value);
}
