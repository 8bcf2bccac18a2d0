import { comparisonReporters, probeReporters, reporters, type Reporter } from "../report/reporters.ts";

/** One flag of a command. */
export interface FlagSpec {
  /** As shown in help: `-r, --rate <msg/s|max>`. */
  readonly flags: string;
  /** The setting it gives, as a dotted path in a profile; null for what is no setting. */
  readonly setting: string | null;
  /** Heading in help. */
  readonly group: string;
  readonly about: string;
  /** May be given more than once; all are kept, in order. */
  readonly isList?: true;
  /** What a flag without a value sets. */
  readonly sets?: string | boolean;
}

const target = "Target:";
const load = "Load:";
const message = "Messages:";
const streams = "Streams (mode push; none given: the form of the mock):";
const connect = "Connecting:";
const pacing = "Pacing and limits:";
const gates = "Gates:";
const faults = "Built-in mock (no target given):";
const output = "Output:";

/** Flags for what the mock does, without the `mock-` that `run` puts before them. */
const mockFlags: readonly (readonly [flag: string, setting: string, about: string, sets?: true])[] = [
  ["port <port>", "port", "port to listen on, 0 for a free one (default: 0)"],
  [
    "mode <mode>",
    "mode",
    "echo, sink (only take it in), push (messages of its own), broadcast (to all of a room) or queue (work off jobs) (default: echo)",
  ],
  ["excludes-publisher", "excludesPublisher", "broadcast: send nothing back to where it came from", true],
  ["seed <n>", "seed", "the same seed gives the same faults (default: 1)"],
  ["max-connections <n>", "maxConnections", "answer further ones with HTTP 503 (default: no limit)"],
  ["bearer <token|env:NAME>", "bearer", "require this token, else HTTP 401 (default: none)"],
  ["latency <time>", "latency", "time to answer: 5ms, normal(20ms,5ms), lognormal(20ms,0.5)"],
  ["drop <share>", "drop", "messages never answered: 1% or 0.01"],
  ["duplicate <share>", "duplicate", "messages answered twice"],
  ["reorder <share>", "reorder", "answers held back until the next one has left"],
  ["corrupt <share>", "corrupt", "answers with one byte changed"],
  ["disconnect-after <n>", "disconnectAfter", "cut each connection after n messages"],
  ["disconnect-rate <share>", "disconnectRate", "messages upon which the connection is cut"],
  ["refuse-rate <share>", "refuseRate", "connection attempts answered with HTTP 503"],
  ["stall <time@time>", "stall", "2s@10s: silent for 2 s in every 10 s"],
  ["outage <time@time>", "outage", "1s@5s: each 5 s all connections are cut, and none is taken for 1 s"],
  [
    "sessions <n>",
    "sessions",
    "mode echo: keep the sessions of so many lost connections, to be resumed (default: none)",
  ],
  ["session-time <time>", "sessionTime", "how long the session of a lost connection is kept (default: 30s)"],
  ["session-answers <n>", "sessionAnswers", "answers kept for a lost session (default: 1000)"],
  ["session-refuse <share>", "sessionRefuse", "sessions that are not resumed"],
  ["session-forget <share>", "sessionForget", "sessions resumed although their answers are gone"],
  ["session-repeat <share>", "sessionRepeat", "sessions resumed with their answers sent twice"],
  ["leak <bytes>", "leak", "memory kept for ever per message"],
  ["max-message <bytes>", "maxMessage", "answer a larger message with close code 1009 (default: 16MiB)"],
  ["max-rate <msg/s>", "maxRate", "close a connection that sends faster with code 1008 (default: no limit)"],
  ["stream-rate <msg/s|max>", "streamRate", "mode push: messages per second of each stream (default: 1000)"],
  [
    "stream-size <bytes>",
    "streamSize",
    "mode push: size of a message, or sizes with shares: 128:60%,1KiB:40% (default: 128)",
  ],
  ["stream-binary <share>", "streamBinary", "mode push: messages that are binary"],
  ["stream-start <message|open>", "streamStart", "mode push: upon the first message, or unasked (default: message)"],
  ["stream-messages <n>", "streamMessages", "mode push: end each stream after n messages (default: never)"],
  ["stream-queue <n>", "streamQueue", "mode push: priorities, and so many messages kept for a peer that does not read"],
  ["stream-priorities <shares>", "streamPriorities", "with a queue: control:1%,critical:9%,important:30%,bulk:60%"],
  [
    "stream-timeout <time>",
    "streamTimeout",
    "with a queue: end the connection of a peer that takes nothing (default: 5s)",
  ],
  ["queue-concurrency <n>", "queueConcurrency", "mode queue: jobs of a key that run at a time (default: 1)"],
  ["queue-limit <n>", "queueLimit", "mode queue: jobs of a key that may wait, further ones are refused (default: any)"],
  ["queue-workers <times>", "queueWorkers", "mode queue: workers by their time for a job: 5ms,10ms (default: enough)"],
  ["queue-time <time>", "queueTime", "mode queue: time for a job where workers are not given (default: 1ms)"],
  ["queue-in-order", "queueInOrder", "mode queue: complete the jobs of a key in their order", true],
  ["queue-journal <file>", "queueJournal", "mode queue: keep the statistics here beyond the end of the server"],
  ["queue-overtake <share>", "queueOvertake", "mode queue: jobs that start after the one behind them"],
  ["queue-lose <share>", "queueLose", "mode queue: jobs that are accepted and lost"],
  ["queue-run-cancelled <share>", "queueRunCancelled", "mode queue: jobs that run though confirmed to be cancelled"],
  ["queue-miscount <share>", "queueMiscount", "mode queue: completed jobs that the statistics count twice"],
];

/** A flag for each kind of report; `run`, `report` and `merge` have all of them. */
export const reportFlags: readonly FlagSpec[] = reporters.map(flagOfReport);

/** The reports of `compare`. */
export const comparisonReportFlags: readonly FlagSpec[] = comparisonReporters.map(flagOfReport);

/** The flags of `floodgate probe` that ask for a report. */
export const probeReportFlags: readonly FlagSpec[] = probeReporters.map(flagOfReport);

function flagOfReport({ flag, value, about }: Omit<Reporter, "load">): FlagSpec {
  return { flags: `${flag} ${value}`, setting: null, group: output, about };
}

/** The flags of `floodgate run`. */
export const runFlags: readonly FlagSpec[] = [
  {
    flags: "-t, --target <url>",
    setting: "target",
    group: target,
    about: "ws:// or wss:// (default: the built-in mock on a free port)",
  },
  {
    flags: "--spawn <command>",
    setting: "spawn",
    group: target,
    about: "start the target, wait for its URL, read its memory, end it",
  },
  {
    flags: "--target-pid <pid>",
    setting: "targetPid",
    group: target,
    about: "read the target's memory from this process",
  },
  {
    flags: "--target-metrics <url>",
    setting: "targetMetrics",
    group: target,
    about: "read the target's memory there (Prometheus text or JSON)",
  },

  { flags: "-c, --connections <n>", setting: "connections", group: load, about: "connections (default: 10)" },
  {
    flags: "-r, --rate <msg/s|max>",
    setting: "rate",
    group: load,
    about: "messages per second in TOTAL over all connections (default: 1000); max: as fast as answers come",
  },
  { flags: "-d, --duration <time>", setting: "duration", group: load, about: "how long to send (default: 10s)" },
  {
    flags: "-n, --messages <n>",
    setting: "messages",
    group: load,
    about: "at most so many messages; in each stage, when there are stages",
  },
  {
    flags: "-w, --workers <n>",
    setting: "workers",
    group: load,
    about: "threads, or processes where one may not open enough files (default: cores less one, 1 to 4)",
  },
  {
    flags: "--mode <mode>",
    setting: "mode",
    group: load,
    about:
      "echo, oneway (send only), connect (connections only), push (take in what is pushed), broadcast (to all of a room) or queue (jobs in their order) (default: echo)",
  },
  {
    flags: "--keys <n>",
    setting: "queue.keys",
    group: load,
    about: "queue: keys of the jobs, each in an order of its own (default: one for each connection)",
  },
  {
    flags: "--concurrency <n>",
    setting: "queue.concurrency",
    group: load,
    about: "queue: jobs of a key that may run at a time, as promised (default: 1)",
  },
  {
    flags: "--cancel <share|positions>",
    setting: "queue.cancel",
    group: load,
    about: "queue: jobs to take back once accepted: 5%, or 3,10,12 of each key (default: none)",
  },
  {
    flags: "--rooms <n>",
    setting: "broadcast.rooms",
    group: load,
    about: "broadcast: rooms that connections are dealt out over; {{room}} is its name (default: 1)",
  },
  {
    flags: "--publishers <n|share>",
    setting: "broadcast.publishers",
    group: load,
    about: "broadcast: connections of each room that publish: 1 or 10% (default: 1)",
  },
  {
    flags: "--excludes-publisher",
    setting: "broadcast.excludesPublisher",
    group: load,
    sets: true,
    about: "broadcast: the target sends nothing back to where it came from",
  },
  {
    flags: "--guard <time>",
    setting: "broadcast.guard",
    group: load,
    about: "broadcast: sends so near to a join or leave do not count (default: 200ms)",
  },
  {
    flags: "--stage <time:rate>",
    setting: "stages",
    group: load,
    isList: true,
    about: "repeatable: 30s:1000 holds, 30s:100..1000 ramps, 30s:max",
  },
  {
    flags: "--burst <n@time>",
    setting: "burst",
    group: load,
    about: "500@1s: 500 messages at once each second, in place of --rate",
  },
  { flags: "--arrival <kind>", setting: "arrival", group: load, about: "constant or poisson gaps (default: constant)" },
  {
    flags: "--in-flight <n>",
    setting: "inFlight",
    group: load,
    about: "with --rate max: unanswered messages per connection (default: 1)",
  },
  {
    flags: "--warmup <time>",
    setting: "warmup",
    group: load,
    about: "sent first and left out of the totals (default: 0s)",
  },
  { flags: "--drain <time|auto>", setting: "drain", group: load, about: "wait for answers at the end (default: auto)" },
  {
    flags: "--repeat <n>",
    setting: null,
    group: load,
    about: "so many runs, one after the other, each with new connections and a result of its own (default: 1)",
  },
  {
    flags: "--interleave <url>",
    setting: null,
    group: load,
    about:
      "run a second, newer target in turns with the first (ABBA) and compare it; --repeat runs a side (default: 5)",
  },
  {
    flags: "--connection-figures <n>",
    setting: "connectionFigures",
    group: load,
    about:
      "count each connection by itself; tell how evenly they fared, and of the n worst what happened (default: not)",
  },
  {
    flags: "--seed <n>",
    setting: "seed",
    group: load,
    about: "every random choice follows from it (default: a new one)",
  },

  {
    flags: "-s, --size <bytes>",
    setting: "size",
    group: message,
    about: "size of a whole message, or sizes with shares: 128:60%,1KiB:40% (default: 64)",
  },
  {
    flags: "-m, --message <template>",
    setting: "message",
    group: message,
    about: `what the target wants to see: '{"text":"{{payload}}"}'`,
  },
  { flags: "-f, --message-file <file>", setting: "messageFile", group: message, about: "the template from a file" },
  {
    flags: "--first-message <text>",
    setting: "firstMessage",
    group: message,
    isList: true,
    about: "repeatable: sent once after opening (login, subscribe)",
  },
  {
    flags: "--ready <text|/regex/>",
    setting: "ready",
    group: message,
    about: "seen before the connection counts as ready",
  },
  { flags: "--text", setting: "frame", group: message, sets: "text", about: "text frames (the default)" },
  { flags: "--binary", setting: "frame", group: message, sets: "binary", about: "binary frames" },
  {
    flags: "--binary-share <share>",
    setting: "binaryShare",
    group: message,
    about: "so many binary frames, all others text (default: all alike)",
  },

  {
    flags: "--stream-rate <msg/s>",
    setting: "stream.rate",
    group: streams,
    about: "what each stream promises (default: nothing is promised)",
  },
  {
    flags: "--stream-sequence <where>",
    setting: "stream.sequence",
    group: streams,
    about: `where a message has its number: '"seq":(?<sequence>\\d+)', a /regex/ with that group, or $.data.seq`,
  },
  {
    flags: "--stream-first <n>",
    setting: "stream.first",
    group: streams,
    about: "number that each stream begins with (default: any)",
  },
  {
    flags: "--stream-subscribe <text>",
    setting: "stream.subscribe",
    group: streams,
    about: "sent on each connection as the load begins",
  },
  {
    flags: "--stream-stop <text>",
    setting: "stream.stop",
    group: streams,
    about: "sent on each connection as the load ends",
  },
  {
    flags: "--stream-end <where>",
    setting: "stream.end",
    group: streams,
    about: `the target's word that a stream is over, with the number of its last message: '"last":(?<last>\\d+)'`,
  },
  {
    flags: "--stream-sent <where>",
    setting: "stream.sent",
    group: streams,
    about: `where a message has the instant of its sending: '"time":(?<sent>\\d+)'`,
  },
  {
    flags: "--stream-clock <clock>",
    setting: "stream.clock",
    group: streams,
    about: "what that counts: epoch-s, epoch-ms, epoch-us or monotonic-us (default: epoch-ms)",
  },
  {
    flags: "--stream-clock-bound <time>",
    setting: "stream.clockBound",
    group: streams,
    about: "how far the clock of another machine may be off, for one-way latency",
  },
  {
    flags: "--stream-priorities <names>",
    setting: "stream.priorities",
    group: streams,
    isList: true,
    about: "classes of messages, the most important first: control,critical,important,bulk",
  },
  {
    flags: "--stream-priority <where>",
    setting: "stream.priority",
    group: streams,
    about: `where a message has its class: '"level":"(?<priority>\\w+)"'`,
  },
  {
    flags: "--stream-priority-sequence <where>",
    setting: "stream.prioritySequence",
    group: streams,
    about: "where it has its number within that class",
  },
  {
    flags: "--stream-given-up <where>",
    setting: "stream.givenUp",
    group: streams,
    about: "where the last word tells what was given up of a class: $.{{priority}}.dropped",
  },
  {
    flags: "--stream-noticed <where>",
    setting: "stream.noticed",
    group: streams,
    about: "where the last word has when the target first noticed that its peer does not read",
  },
  {
    flags: "--slow <n|share>",
    setting: "slow.share",
    group: streams,
    about: "connections that read slowly after the first third (default, with the next ones: 20%)",
  },
  { flags: "--slow-read <rate>", setting: "slow.read", group: streams, about: "they read 50KB/s, or 100 messages/s" },
  {
    flags: "--slow-pause <time@time>",
    setting: "slow.pause",
    group: streams,
    about: "2s@5s: nothing for 2 s in each 5 s",
  },
  { flags: "--slow-stop <time>", setting: "slow.stop", group: streams, about: "nothing any more after this time" },
  {
    flags: "--stream-check <where>",
    setting: "stream.check",
    group: streams,
    about: `where a message has its CRC-32: '"check":"(?<check>[0-9a-f]{8})"'`,
  },

  {
    flags: "--connect-rate <n/s>",
    setting: "connect.rate",
    group: connect,
    about: "handshakes begun per second (default: as fast as they complete)",
  },
  {
    flags: "--connect-timeout <time>",
    setting: "connect.timeout",
    group: connect,
    about: "until a connection is ready (default: 10s)",
  },
  {
    flags: "--local-address <list>",
    setting: "connect.localAddresses",
    group: connect,
    isList: true,
    about: "repeatable: open connections from these in turn: 127.0.0.2,127.0.0.4-127.0.0.9",
  },
  {
    flags: "-H, --header <name: value>",
    setting: "connect.headers",
    group: connect,
    isList: true,
    about: "repeatable: a further request header",
  },
  {
    flags: "--bearer <token|env:NAME>",
    setting: "connect.bearer",
    group: connect,
    about: "Authorization: Bearer; env:NAME keeps it out of the process list",
  },
  {
    flags: "--subprotocol <name>",
    setting: "connect.subprotocols",
    group: connect,
    isList: true,
    about: "repeatable: offered in this order",
  },
  { flags: "--compress", setting: "connect.compress", group: connect, sets: true, about: "offer permessage-deflate" },
  { flags: "-k, --insecure", setting: "connect.insecure", group: connect, sets: true, about: "accept any certificate" },
  { flags: "--ca <file>", setting: "connect.ca", group: connect, about: "authorities to trust (PEM)" },
  { flags: "--cert <file>", setting: "connect.cert", group: connect, about: "client certificate (PEM)" },
  { flags: "--key <file>", setting: "connect.key", group: connect, about: "its key (PEM)" },
  {
    flags: "--reconnect",
    setting: "reconnect",
    group: connect,
    sets: true,
    about: "open lost connections again (wait 100ms to 10s, random, doubling)",
  },
  {
    flags: "--no-reconnect",
    setting: "reconnect",
    group: connect,
    sets: false,
    about: "do not, whatever the profile says",
  },
  {
    flags: "--reconnect-buffer <n>",
    setting: "reconnect.buffer",
    group: connect,
    about: "messages per connection that wait while it is away (default: none; they count as unsendable)",
  },
  {
    flags: "--breaker <n>",
    setting: "reconnect.breaker",
    group: connect,
    about: "open a circuit breaker after so many failed attempts in a row (default: none)",
  },
  {
    flags: "--resume",
    setting: "reconnect.resume",
    group: connect,
    sets: true,
    about: "ask for the session of a lost connection, and wait for what was in flight on it",
  },
  {
    flags: "--churn <n/s>",
    setting: "churn",
    group: connect,
    about: "connections per second that are closed and opened again (default: none)",
  },
  {
    flags: "--drop-all <time>",
    setting: "dropAll",
    group: connect,
    about: "drop all connections at once, so long after the load began (default: never)",
  },

  {
    flags: "--pacing <timer|precise>",
    setting: "pacing",
    group: pacing,
    about: "wake each millisecond, or spin on a core (default: timer)",
  },
  { flags: "--precise", setting: "pacing", group: pacing, sets: "precise", about: "short for --pacing precise" },
  {
    flags: "--on-late <catch-up|skip>",
    setting: "onLate",
    group: pacing,
    about: "send overdue messages, or leave them out (default: catch-up)",
  },
  {
    flags: "--max-slip <time>",
    setting: "maxSlip",
    group: pacing,
    about: "with --on-late skip: how late is too late (default: 100ms)",
  },
  {
    flags: "--max-buffered <bytes>",
    setting: "maxBuffered",
    group: pacing,
    about: "unsent bytes a connection may hold (default: 1MiB)",
  },
  {
    flags: "--max-message <bytes>",
    setting: "maxMessage",
    group: pacing,
    about: "largest message taken from the target (default: 16MiB)",
  },

  {
    flags: "--threshold <expr>",
    setting: null,
    group: gates,
    isList: true,
    about: "repeatable: 'latency.p99<200ms'; a trailing ' warn' makes it advisory",
  },
  { flags: "--abort-on-fail", setting: null, group: gates, about: "stop as soon as a threshold fails" },
  { flags: "--abort-delay <time>", setting: null, group: gates, about: "but not before so much load (default: 10s)" },
  {
    flags: "--gate <point|confident>",
    setting: null,
    group: gates,
    about: "confident: only the whole 95 % interval of a value passes or fails (default: point)",
  },
  {
    flags: "--strict",
    setting: null,
    group: gates,
    about: "thresholds left undecided by too few samples count as failed, uncertain ones end with 96",
  },
  {
    flags: "--baseline <file>",
    setting: null,
    group: gates,
    isList: true,
    about: "repeatable: compare with this saved result, or with those of a quoted pattern: 'results/main-*.json'",
  },
  {
    flags: "--fail-on-regression",
    setting: null,
    group: gates,
    about: "exit with 98 when a primary metric has got worse than the baseline, or than the first of two targets",
  },
  {
    flags: "--noise-threshold <share>",
    setting: null,
    group: gates,
    about: "how far a metric may move and still count as the same (default: 5%)",
  },
  { flags: "--force", setting: null, group: gates, about: "compare with a baseline of another host all the same" },
  {
    flags: "--env <name>",
    setting: null,
    group: gates,
    about: "full, dev, ci or quick figures; overrides QUICK_MODE, CI and ENVIRONMENT",
  },

  ...mockFlags.map(([flag, setting, about, sets]) => ({
    flags: `--mock-${flag}`,
    setting: `mock.${setting}`,
    group: faults,
    about,
    ...(sets === true && { sets }),
  })),

  {
    flags: "-o, --output <file>",
    setting: null,
    group: output,
    about: "result file (default: results/<time>-<profile>.json)",
  },
  ...reportFlags,
  { flags: "-j, --json", setting: null, group: output, about: "the result as JSON on stdout, in place of the summary" },
  { flags: "-q, --quiet", setting: null, group: output, about: "nothing but errors" },
  { flags: "--no-progress", setting: null, group: output, about: "no lines while it runs" },
  {
    flags: "--metrics-port <port>",
    setting: null,
    group: output,
    about: "while it runs: Prometheus metrics on 127.0.0.1, /metrics and /healthz; 0 for a free port",
  },
  { flags: "--title <text>", setting: "title", group: output, about: "title of the report" },
  {
    flags: "--tag <key=value>",
    setting: "tags",
    group: output,
    isList: true,
    about: "repeatable: kept with the result",
  },
];

/** The flags of `floodgate serve`. */
export const serveFlags: readonly FlagSpec[] = mockFlags.map(([flag, setting, about, sets]) => ({
  flags: flag.startsWith("port") ? `-p, --${flag}` : `--${flag}`,
  setting: `mock.${setting}`,
  group: "Options:",
  about,
  ...(sets === true && { sets }),
}));

/** The long name of a flag: `--rate`. */
export function longName(spec: FlagSpec): string {
  return /--[a-z-]+/.exec(spec.flags)?.[0] ?? spec.flags;
}

/** What the contract promises for a later version. Naming one gets a plain answer. */
export const laterFlags: readonly string[] = ["--agents"];

/** Commands of a later version. */
export const laterCommands: readonly string[] = ["agent"];
