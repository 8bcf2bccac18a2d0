import type { MockLatency, MockOptions } from "../mock-server/mock-options.ts";
import type { PriorityShares } from "../mock-server/stream-priorities.ts";
import { readExpectedAnswer, type ExpectedAnswer } from "../plan/expected-answer.ts";
import { readFieldPattern, type FieldPattern } from "../plan/field-pattern.ts";
import { readJobCancel, readJobTemplate, type JobTemplate } from "../plan/job-template.ts";
import { readTemplate, type MessageTemplate } from "../plan/message-template.ts";
import { sessionPlaceholder, type JobChoice, type NamedSize, type ReadyPlan, type SlowPlan } from "../plan/plan.ts";
import { readReady } from "../plan/ready-pattern.ts";
import { readProblem, readValue, type Reading } from "../plan/reading.ts";
import { readTargetUrl, type TargetUrl } from "../plan/target-url.ts";
import { parseCount } from "../units/count.ts";
import { parseRatePerSecond } from "../units/rate.ts";
import { parseRatio } from "../units/ratio.ts";
import { hasSizeUnit, parseSizeBytes } from "../units/size.ts";
import { parseDurationMs } from "../units/time.ts";
import { readLocalAddresses } from "./local-addresses.ts";
import { readPriorityShares, readShares } from "./share-words.ts";
import { readJobChoice } from "./job-words.ts";
import { readJobTimes, readMockLatency, readMockOutage, readMockStall } from "./mock-words.ts";
import type { PublisherCount } from "./settings.ts";

/** What a setting's text is read to, by its kind: ms, bytes, per second, 0 .. 1, or an object of its own. */
export interface SettingValues {
  readonly time: number;
  readonly "time-or-0": number;
  readonly drain: number | "auto";
  readonly rate: number;
  readonly "rate-or-0": number;
  readonly "rate-or-max": number | "max";
  readonly size: number;
  readonly count: number;
  readonly connections: number;
  readonly workers: number;
  readonly "in-flight": number;
  readonly repeats: number;
  readonly rows: number;
  readonly seed: number;
  readonly sequence: number;
  readonly port: number;
  readonly share: number;
  readonly publishers: PublisherCount;
  readonly url: TargetUrl;
  readonly "http-url": string;
  readonly template: MessageTemplate;
  readonly ready: ReadyPlan;
  readonly subprotocol: string;
  readonly "local-addresses": readonly string[];
  readonly bearer: string;
  readonly "stage-name": string;
  readonly latency: MockLatency;
  readonly "sequence-field": FieldPattern;
  readonly "last-field": FieldPattern;
  readonly "sent-field": FieldPattern;
  readonly "check-field": FieldPattern;
  readonly "priority-field": FieldPattern;
  readonly "given-up-field": FieldPattern;
  readonly "class-names": readonly string[];
  readonly "read-rate": Extract<SlowPlan["reading"], { kind: "rate" }>;
  readonly "noticed-field": FieldPattern;
  readonly sizes: MockOptions["streamSizes"];
  readonly "message-sizes": readonly NamedSize[];
  readonly "priority-shares": PriorityShares;
  readonly "count-field": FieldPattern;
  readonly "job-template": JobTemplate;
  readonly "job-cancel": MessageTemplate;
  readonly "job-choice": JobChoice;
  readonly "expected-answer": ExpectedAnswer;
  readonly "job-times": readonly MockLatency[];
  readonly stall: NonNullable<MockOptions["stall"]>;
  readonly outage: NonNullable<MockOptions["outage"]>;
  readonly "session-field": FieldPattern;
  readonly "session-message": string;
  readonly filled: string;
}

/** What the text of a setting has to be. The same on the command line and in a profile. */
export type SettingKind = keyof SettingValues;

/** Reads a setting's text or plain number as its kind. */
export function readSetting<K extends SettingKind>(kind: K, raw: string | number): Reading<SettingValues[K]> {
  return kinds[kind](raw);
}

/** The value of a setting that was checked where it was written. What cannot be read here is a bug, not bad usage. */
export function readChecked<K extends SettingKind>(kind: K, raw: string | number | undefined): SettingValues[K] {
  const reading = raw === undefined ? undefined : readSetting(kind, raw);
  if (reading?.kind === "value") return reading.value;
  throw new Error(`the ${kind} "${raw ?? ""}" came unchecked. This is a bug in floodgate.`);
}

const longestMs = 1000 * 3_600_000;
const mostConnections = 1_000_000;
const mostBytes = 1024 ** 3;
/** Each has counts, histograms and ready-made messages of its own. */
const mostSizes = 16;
const mostPerSecond = 1e9;

const kinds: { readonly [K in SettingKind]: (raw: string | number) => Reading<SettingValues[K]> } = {
  time: (raw) => readTime(raw, false),
  "time-or-0": (raw) => readTime(raw, true),
  drain: (raw) => (raw === "auto" ? readValue("auto") : readTime(raw, true)),
  rate: (raw) => readRate(raw, false),
  "rate-or-0": (raw) => readRate(raw, true),
  "rate-or-max": (raw) => (raw === "max" ? readValue("max") : readRate(raw, false)),
  size: (raw) => readSize(raw),
  count: (raw) => readWhole(raw, 1, Number.MAX_SAFE_INTEGER),
  connections: (raw) => readWhole(raw, 1, mostConnections),
  workers: (raw) => readWhole(raw, 1, 256),
  "in-flight": (raw) => readWhole(raw, 1, 65_536),
  repeats: (raw) => readWhole(raw, 1, 1000),
  rows: (raw) => readWhole(raw, 1, 10_000),
  sequence: (raw) => readWhole(raw, 0, Number.MAX_SAFE_INTEGER),
  seed: (raw) => readWhole(raw, 0, 2 ** 32 - 1),
  port: (raw) => readWhole(raw, 0, 65_535),
  share: (raw) => readShare(raw),
  publishers: (raw) => readPublishers(raw),
  url: (raw) => readTargetUrl(String(raw)),
  "http-url": (raw) => readHttpUrl(String(raw)),
  template: (raw) => readTemplate(String(raw)),
  ready: (raw) => readReady(String(raw)),
  subprotocol: (raw) => readToken(String(raw)),
  "local-addresses": (raw) => readLocalAddresses(String(raw)),
  bearer: (raw) => readBearer(String(raw)),
  "stage-name": (raw) => readStageName(String(raw)),
  latency: (raw) => readMockLatency(String(raw)),
  "sequence-field": (raw) => readFieldPattern(String(raw), "sequence"),
  "last-field": (raw) => readFieldPattern(String(raw), "last"),
  "sent-field": (raw) => readFieldPattern(String(raw), "sent"),
  "check-field": (raw) => readFieldPattern(String(raw), "check", "check"),
  sizes: (raw) => {
    const sizes = readSizes(raw);
    if (sizes.kind === "problem") return sizes;
    return readValue(sizes.value.map(({ sizeBytes, share }) => ({ sizeBytes, share })));
  },
  "message-sizes": (raw) => readSizes(raw),
  "priority-shares": (raw) => readPriorityShares(String(raw)),
  "priority-field": (raw) => readFieldPattern(String(raw), "priority", "word"),
  "given-up-field": (raw) => readFieldPattern(String(raw), "givenUp"),
  "class-names": (raw) => readClassNames(String(raw)),
  "read-rate": (raw) => readReadRate(String(raw)),
  "noticed-field": (raw) => readFieldPattern(String(raw), "noticed"),
  "count-field": (raw) => readFieldPattern(String(raw), "count"),
  "job-template": (raw) => readJobTemplate(String(raw)),
  "job-cancel": (raw) => readJobCancel(String(raw)),
  "job-choice": (raw) => readJobChoice(String(raw)),
  "expected-answer": (raw) => readExpectedAnswer(String(raw)),
  "job-times": (raw) => readJobTimes(String(raw)),
  stall: (raw) => readMockStall(String(raw)),
  outage: (raw) => readMockOutage(String(raw)),
  "session-field": (raw) => readFieldPattern(String(raw), "session", "token"),
  "session-message": (raw) => readSessionMessage(String(raw)),
  filled: (raw) =>
    String(raw).trim() === "" ? readProblem("is empty", "write something, or leave it out") : readValue(String(raw)),
};

/** What asks for a session: a text in which one word may stand for its name. */
function readSessionMessage(text: string): Reading<string> {
  if (text.trim() === "") return readProblem("is empty", "write something, or leave it out");
  const unknown = [...text.matchAll(/\{\{[^{}]*\}\}/g)]
    .map(([word]) => word)
    .find((word) => word !== sessionPlaceholder);
  return unknown === undefined
    ? readValue(text)
    : readProblem(`has the unknown word ${unknown}`, `the word that is replaced is ${sessionPlaceholder}`);
}

function readTime(raw: string | number, zeroAllowed: boolean): Reading<number> {
  const text = String(raw);
  const ms = parseDurationMs(text);
  if (ms === null) {
    const number = text.trim();
    if (zeroAllowed && number === "0") return readValue(0);
    if (/^[\d.]+$/.test(number)) return readProblem("has no unit", `write ${number}s, or another of us ms s m h`);
    return readProblem("is not a time", "write a number and a unit (us ms s m h), for example 30s");
  }
  if (ms === 0 && !zeroAllowed) return readProblem("is no time at all", "write a time above 0, for example 30s");
  if (ms > longestMs) return readProblem("is too long", "the longest time is 1000h");
  return readValue(ms);
}

function readRate(raw: string | number, zeroAllowed: boolean): Reading<number> {
  const perSecond = parseRatePerSecond(String(raw));
  if (perSecond === null || !Number.isFinite(perSecond)) {
    return readProblem("is not a rate", "write a number per second, for example 1000, 10k or 10k/s");
  }
  if (perSecond === 0 && !zeroAllowed) return readProblem("is no rate", "write a rate above 0, for example 1000");
  if (perSecond > mostPerSecond) return readProblem("is too high", "the highest rate is 1,000,000,000 a second");
  return readValue(perSecond);
}

function readSize(raw: string | number): Reading<number> {
  const bytes = parseSizeBytes(String(raw));
  if (bytes === null || !Number.isSafeInteger(bytes)) {
    return readProblem("is not a size", "write whole bytes, for example 64, 1KiB or 1MB");
  }
  return bytes > mostBytes ? readProblem("is too large", "the largest size is 1GiB") : readValue(bytes);
}

/** One size, or several with their shares: `128`, `128:60%,1KiB:30%,16KiB:10%`. */
function readSizes(raw: string | number): Reading<readonly NamedSize[]> {
  const text = String(raw);
  if (!text.includes(":")) {
    const one = readSize(raw);
    return one.kind === "value" ? readValue([{ name: text.trim(), sizeBytes: one.value, share: 1 }]) : one;
  }
  const shares = readShares(text, "128:60%,1KiB:30%,16KiB:10%");
  if (shares.kind === "problem") return shares;
  const sizes: NamedSize[] = [];
  for (const { word, share } of shares.value) {
    const size = readSize(word);
    if (size.kind === "problem") return readProblem(`has a size "${word}" that ${size.problem}`, size.hint);
    const same = sizes.find(({ sizeBytes }) => sizeBytes === size.value);
    if (same !== undefined) {
      return readProblem(
        `has one size twice, as ${same.name} and ${word}`,
        "write each size once, with its whole share",
      );
    }
    sizes.push({ name: word, sizeBytes: size.value, share });
  }
  if (sizes.length > mostSizes) return readProblem(`has ${sizes.length} sizes`, `the most is ${mostSizes}`);
  return readValue(sizes);
}

/** Bytes a second, `50KB/s`, or messages a second, `100`. */
function readReadRate(text: string): Reading<SettingValues["read-rate"]> {
  const perSecond = text.trim().replace(/\s*\/\s*s$/, "");
  if (hasSizeUnit(perSecond)) {
    const bytes = parseSizeBytes(perSecond);
    if (bytes !== null && bytes > 0) return readValue({ kind: "rate", unit: "bytes", perSecond: bytes });
  } else {
    const messages = parseRatePerSecond(perSecond);
    if (messages !== null && messages > 0) return readValue({ kind: "rate", unit: "messages", perSecond: messages });
  }
  return readProblem("is no rate of reading", "write bytes a second, for example 50KB/s, or messages, for example 100");
}

/** One name, or several with commas between them. */
function readClassNames(text: string): Reading<readonly string[]> {
  const names = text.split(",").map((name) => name.trim());
  return names.every((name) => /^\w+$/.test(name))
    ? readValue(names)
    : readProblem("is no name of a class", "write letters, digits and _, as they stand in messages");
}

function readWhole(raw: string | number, least: number, most: number): Reading<number> {
  const count = parseCount(String(raw));
  if (count === null)
    return readProblem(
      "is not a whole number",
      "write digits, with k or m for thousands or millions, for example 500 or 10k",
    );
  if (count < least) return readProblem("is too few", `the least is ${least}`);
  return count > most ? readProblem("is too many", `the most is ${most}`) : readValue(count);
}

function readShare(raw: string | number): Reading<number> {
  const ratio = parseRatio(String(raw));
  return ratio === null
    ? readProblem("is not a share", "write a percentage or a number from 0 to 1, for example 1% or 0.01")
    : readValue(ratio);
}

function readPublishers(raw: string | number): Reading<PublisherCount> {
  const text = String(raw).trim();
  if (!text.endsWith("%")) {
    const count = readWhole(raw, 1, mostConnections);
    return count.kind === "value" ? readValue({ kind: "count", count: count.value }) : count;
  }
  const share = readShare(raw);
  if (share.kind === "problem") return share;
  if (share.value === 0) return readProblem("is nobody", "somebody has to publish: write 1, or 10%");
  return readValue({ kind: "share", ratio: share.value });
}

function readHttpUrl(text: string): Reading<string> {
  if (/^https?:\/\/[^/\s]/i.test(text) && URL.canParse(text)) return readValue(text);
  return readProblem("is not an http URL", "write it like http://127.0.0.1:9090/metrics");
}

/** RFC 6455 section 4.1, item 10: a token. */
function readToken(text: string): Reading<string> {
  if (/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(text)) return readValue(text);
  return readProblem("is not a subprotocol name", "write letters, digits, dots and hyphens, for example chat.v2");
}

function readBearer(text: string): Reading<string> {
  if (text === "") return readProblem("is empty", "write the token, or env:NAME to take it from the environment");
  if (text.startsWith("env:")) {
    const name = text.slice(4);
    if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return readValue(text);
    return readProblem("names no environment variable", "write it like env:API_TOKEN");
  }
  return /^[\x21-\x7e]+$/.test(text)
    ? readValue(text)
    : readProblem("is not a token", "a token has no spaces and no line breaks");
}

function readStageName(text: string): Reading<string> {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/.test(text)) {
    return readProblem("is not a stage name", "write at most 40 letters, digits, dots, hyphens and underscores");
  }
  return /^warmup(-\d+)?$/.test(text) ? readProblem("is the name of the warm-up", "choose another") : readValue(text);
}
