import type { Static, TObject, TSchema } from "@sinclair/typebox";
import { mockJobForm, mockJobStatistics } from "../mock-server/job-form.ts";
import { mockSessionForm } from "../mock-server/session-form.ts";
import { mockStreamForm } from "../mock-server/stream-form.ts";
import { probeSettings } from "./probe-settings.ts";
import { arrayOf, mapOf, objectOf, optional } from "./schema-nodes.ts";
import { flag, listOf, oneOf, setting, settingsBlock } from "./setting-schema.ts";

/**
 * Every setting there is: its words, its unit, its meaning and its default. The one source of the static types, of
 * profiles/profile.schema.json, of docs/configuration.md and of the checks on profiles and flags.
 */
const burst = settingsBlock("Messages sent all at once, again and again.", {
  size: setting<number | string>("count", {
    unit: "messages",
    description: "Messages sent at once, over all connections together.",
  }),
  every: setting<string>("time", { description: "Time from one burst to the next." }),
});

const stage = settingsBlock("A part of the run with a load of its own.", {
  name: optional(
    setting<string>("stage-name", {
      description:
        "Name in reports and thresholds, as in latency{phase=peak}.p99<50ms. Default: stage-1, stage-2 and so on.",
    }),
  ),
  duration: setting<string>("time", {
    description: "How long the stage sends (or, in mode connect, stays connected).",
  }),
  rate: optional(
    setting<number | string>("rate-or-max", {
      description: "Rate held through the stage, in total over all connections and workers; or max.",
    }),
  ),
  from: optional(setting<number | string>("rate-or-0", { description: "Rate at the start of a ramp, in total." })),
  to: optional(setting<number | string>("rate-or-0", { description: "Rate at the end of a ramp, in total." })),
  burst: optional(burst),
  connections: optional(
    setting<number | string>("connections", {
      unit: "connections",
      description: "Connections of this stage. Where the number changes, all are closed and opened anew.",
    }),
  ),
  messages: optional(
    setting<number | string>("count", { unit: "messages", description: "At most so many messages in this stage." }),
  ),
});

const connect = settingsBlock("How connections are opened.", {
  rate: optional(
    setting<number | string>("rate", {
      unit: "connections/s",
      description: "Handshakes begun per second over all workers. Default: as fast as they complete.",
    }),
  ),
  timeout: optional(
    setting<string>("time", {
      default: "10s",
      description: "From the start of an attempt until the connection is ready.",
    }),
  ),
  localAddresses: optional(
    listOf(
      "local-addresses",
      "Addresses of this machine that connections are opened from, in turn: 127.0.0.2, or a range 127.0.0.2-127.0.0.9. One has about 28,000 ports to one target. Default: the kernel chooses.",
    ),
  ),
  headers: optional(
    mapOf<string | string[]>(
      { type: ["string", "array"], items: { type: "string" } },
      { description: "Further request headers: name and value, or a list of values." },
    ),
  ),
  subprotocols: optional(listOf("subprotocol", "Subprotocols offered, the preferred one first.")),
  compress: optional(flag({ default: false, description: "Offer permessage-deflate." })),
  bearer: optional(
    setting<string>("bearer", {
      description: "Sent as Authorization: Bearer <token>. env:NAME takes it from the environment.",
    }),
  ),
  insecure: optional(flag({ default: false, description: "Accept any certificate of a wss:// target." })),
  ca: optional(
    setting<string>("filled", {
      unit: "file",
      description: "PEM file of the authorities to trust in place of the built-in ones.",
    }),
  ),
  cert: optional(setting<string>("filled", { unit: "file", description: "PEM file of the client certificate." })),
  key: optional(setting<string>("filled", { unit: "file", description: "PEM file of the client certificate's key." })),
});

const resume = settingsBlock(
  "Modes echo and connect: a connection that was lost asks for the session it had, and what was in flight on it may still be answered. true for a target that speaks of sessions as the mock does; another one's words are all needed, but for refused.",
  {
    session: optional(
      setting<string>("session-field", {
        default: mockSessionForm.session,
        description:
          "Where a message after opening has the session's name (the group session): the text around it, a /regex/, or a JSON path such as $.sid. The first that is found holds.",
      }),
    ),
    firstMessage: optional(
      listOf(
        "session-message",
        `Sent on a connection that comes again, in place of the first messages of a new one; {{session}} is the name of its session. Default: ${mockSessionForm.firstMessage[0]}.`,
      ),
    ),
    resumed: optional(
      setting<string>("ready", {
        default: mockSessionForm.resumed,
        description: "Stands in the target's word that it has the session still; then the connection is ready.",
      }),
    ),
    refused: optional(
      setting<string>("ready", {
        default: mockSessionForm.refused,
        description:
          "Stands in its word that it has not; then firstMessage is sent, as on a new connection. A close frame says the same, but for 1001, 1012 and 1013.",
      }),
    ),
  },
  { type: ["object", "boolean"], default: false },
);

const reconnect = settingsBlock(
  "Opens lost connections again: true for the defaults below, false for not at all (the default). The wait before attempt k is drawn from 0 to base x 2^k, at most max.",
  {
    base: optional(
      setting<string>("time", { default: "100ms", description: "Longest wait before the first attempt." }),
    ),
    max: optional(setting<string>("time", { default: "10s", description: "Longest wait before any attempt." })),
    attempts: optional(
      setting<number | string>("count", {
        unit: "attempts",
        description: "Attempts per lost connection. Default: without end.",
      }),
    ),
    buffer: optional(
      setting<number | string>("count", {
        unit: "messages",
        description:
          "Messages due while a connection is away that are kept and sent once it is back, per connection; more are counted as overflow. Default: none are kept.",
      }),
    ),
    breaker: optional(
      setting<number | string>("count", {
        unit: "failures",
        description:
          "Failures in a row after which a circuit breaker opens: no attempts for cooldown, then one; when that succeeds it closes. Default: no breaker.",
      }),
    ),
    cooldown: optional(
      setting<string>("time", { default: "1s", description: "How long the breaker stays open before it tries again." }),
    ),
    whileOpen: optional(
      oneOf(["queue", "fail-fast"], {
        default: "queue",
        description: "Attempts that come while the breaker is open wait for it, or fail at once and back off further.",
      }),
    ),
    resume: optional(resume),
  },
  { type: ["object", "boolean"], default: false },
);

const stream = settingsBlock(
  "Mode push: how the target numbers what it pushes, and what it promises. Where none but rate and clockBound is given, the form is that of the mock.",
  {
    rate: optional(
      setting<number | string>("rate", {
        description: "Messages per second that each stream promises. Default: nothing is promised.",
      }),
    ),
    sequence: optional(
      setting<string>("sequence-field", {
        default: mockStreamForm.sequence,
        description:
          "Where a message has its number: the text around it, a /regex/ with the group sequence, or a JSON path such as $.data.seq. One higher from each message of a stream to the next.",
      }),
    ),
    first: optional(
      setting<number | string>("sequence", {
        unit: "number",
        description:
          "Number that a stream begins with on each connection, so that a loss before the first message seen is found, too. Default: any; in the form of the mock 1.",
      }),
    ),
    subscribe: optional(
      setting<string>("filled", {
        description:
          "Sent on each connection as the load begins, and again after it was opened anew. Default: nothing, as the target pushes unasked.",
      }),
    ),
    stop: optional(
      setting<string>("filled", {
        description: "Sent on each connection as the load ends. Default: nothing; what comes later is not counted.",
      }),
    ),
    end: optional(
      setting<string>("last-field", {
        description:
          "The target's word that a stream is over: the text around the number of its last message (the group last), or as sequence. Then a loss at the very end is found, too. With prioritySequence the number of each class, whose name {{priority}} stands for.",
      }),
    ),
    sent: optional(
      setting<string>("sent-field", {
        description: "Where a message has the instant of its sending (the group sent), for the one-way latency.",
      }),
    ),
    clock: optional(
      oneOf(["epoch-ms", "epoch-s", "epoch-us", "monotonic-us"], {
        default: "epoch-ms",
        description: "What sent counts: since 1970, or CLOCK_MONOTONIC of this machine.",
      }),
    ),
    clockBound: optional(
      setting<string>("time-or-0", {
        description:
          "How far the target's clock may be from this machine's, as you know it. Without it one-way latency is given for targets on this machine only.",
      }),
    ),
    priorities: optional(
      listOf(
        "class-names",
        "Names of the classes of messages, the most important first. Given alone, messages have the form of a mock with a queue. Default where priority is given: control, critical, important, bulk.",
      ),
    ),
    priority: optional(
      setting<string>("priority-field", {
        description:
          "Where a message has the name of its class: the text around it (the group priority), or as sequence. Then latency is told by class, and with prioritySequence delivery as well.",
      }),
    ),
    prioritySequence: optional(
      setting<string>("sequence-field", {
        description:
          "Where a message has its number within its class, one higher from each to the next; in place of sequence. Then what is lost of each class is known, and classes may overtake each other.",
      }),
    ),
    givenUp: optional(
      setting<string>("given-up-field", {
        description:
          "Where the target's last word (end) tells how many messages of the class {{priority}} it gave up for others (the group givenUp). They count as refused, not as lost.",
      }),
    ),
    noticed: optional(
      setting<string>("noticed-field", {
        description:
          "Where the target's last word (end) has the instant at which it first noticed that the peer does not read (the group noticed), by the clock of sent; 0 for never.",
      }),
    ),
    check: optional(
      setting<string>("check-field", {
        description:
          "Text around the CRC-32 of all other bytes of the message (the group check, eight hexadecimal digits), by which broken messages are known.",
      }),
    ),
  },
);

const slow = settingsBlock(
  "Mode push: some connections read slowly, as peers do that cannot keep up. They do so from the second stage on; without stages, after the first third of duration (phases before and during). The sockets themselves are paused.",
  {
    share: optional(
      setting<number | string>("publishers", {
        unit: "connections",
        default: "20%",
        description: "How many connections, as a number or a share; drawn from the seed. Never all.",
      }),
    ),
    read: optional(
      setting<number | string>("read-rate", {
        unit: "bytes/s or messages/s",
        description: "They read no more than this: 50KB/s, or 100 messages a second. One of read, pause and stop.",
      }),
    ),
    pause: optional(
      setting<string>("stall", { unit: "time@time", description: "They read nothing for 2s in each 5s: 2s@5s." }),
    ),
    stop: optional(
      setting<string>("time-or-0", { description: "They read nothing any more once they have been slow for so long." }),
    ),
  },
);

const broadcast = settingsBlock("Mode broadcast: rooms, whose connections all hear what some of them publish.", {
  rooms: optional(
    setting<number | string>("connections", {
      unit: "rooms",
      default: 1,
      description:
        "Connections are dealt out evenly over so many rooms. {{room}} in target, firstMessage, ready and message is the name of the connection's own: r1, r2 and so on, all of one length (r01 where there are ten).",
    }),
  ),
  publishers: optional(
    setting<number | string>("publishers", {
      default: 1,
      description: "Connections of each room that publish, as a number or a share such as 10%; all of them listen.",
    }),
  ),
  excludesPublisher: optional(
    flag({ default: false, description: "The target does not send a message back to the connection it came from." }),
  ),
  guard: optional(
    setting<string>("time-or-0", {
      default: "200ms",
      description:
        "A message sent so short before or after a receiver joins or leaves counts neither for nor against it.",
    }),
  ),
});

const reply = (description: string, sample?: string) =>
  optional(setting<string>("ready", { ...(sample !== undefined && { default: sample }), description }));

const jobForm = settingsBlock(
  "How jobs are spoken of. The replies are told apart by what stands in them; which job one is about is known by its id, wherever it stands. Where none is given, the form is that of the mock; where one is, what is left out is not said by the target.",
  {
    submit: optional(
      setting<string>("job-template", {
        unit: "template",
        default: mockJobForm.submit,
        description:
          "Hands a job in. {{id}} (once) is its id, 32 characters; {{key}} its key; {{padding}} filler up to size.",
      }),
    ),
    cancel: optional(
      setting<string>("job-cancel", {
        unit: "template",
        default: mockJobForm.cancel,
        description: "Takes a job back: {{id}}, once, and {{key}}.",
      }),
    ),
    accepted: reply("Stands in the reply that a job was taken in.", mockJobForm.accepted),
    started: reply(
      "Stands in the word that a job has begun to run. Without it the order of starts and the jobs that run at a time are not known.",
      mockJobForm.started,
    ),
    completed: reply("Stands in the word that a job has run to its end.", mockJobForm.completed),
    refused: reply("Stands in the reply that a job was not taken in.", mockJobForm.refused),
    cancelled: reply("Stands in the reply that a job was taken back, and will not run.", mockJobForm.cancelled),
    tooLate: reply("Stands in the reply that a job could not be taken back.", mockJobForm.tooLate),
  },
);

const counted = (what: string, sample: string) =>
  optional(
    setting<string>("count-field", {
      default: sample,
      description: `Where the answer has the number of jobs ${what}: the text around the group count, a /regex/ with it, or a JSON path.`,
    }),
  );

const jobStatistics = settingsBlock(
  "The target's own statistics, asked for before the first job and after the last, and held against what the clients saw. Default: as the mock has them, where the form is that of the mock; otherwise they are not asked for.",
  {
    request: optional(
      setting<string>("filled", { default: mockJobStatistics.request, description: "Asks for the statistics." }),
    ),
    answer: reply("Stands in the answer.", mockJobStatistics.answer),
    submitted: counted("handed in", mockJobStatistics.submitted),
    accepted: counted("taken in", mockJobStatistics.accepted),
    refused: counted("refused", mockJobStatistics.refused),
    started: counted("started", mockJobStatistics.started),
    completed: counted("completed", mockJobStatistics.completed),
    cancelled: counted("taken back", mockJobStatistics.cancelled),
  },
);

const queue = settingsBlock(
  "Mode queue: jobs with a key, which the target works off in their order, key by key. Every message is a job.",
  {
    keys: optional(
      setting<number | string>("connections", {
        unit: "keys",
        description:
          "Keys of the jobs: k1, k2 and so on, all of one length. Each belongs to one connection, on which its order is known; those of one connection take turns. At least as many as connections. Default: one for each connection.",
      }),
    ),
    concurrency: optional(
      setting<number | string>("count", {
        unit: "jobs",
        default: 1,
        description: "Jobs of one key that may run at a time, as the target promises.",
      }),
    ),
    completionOrder: optional(
      oneOf(["kept", "free"], {
        description:
          "kept: jobs of a key have to be completed in their order, too. free: only their starts have one. Default: kept where one job runs at a time, otherwise free.",
      }),
    ),
    cancel: optional(
      setting<string | number>("job-choice", {
        unit: "percent or positions",
        description:
          "Jobs that are taken back as soon as they are accepted: a share, drawn from the seed, such as 5%; or positions among the jobs of each key, such as 3, 10, 12. Default: none.",
      }),
    ),
    form: optional(jobForm),
    statistics: optional(jobStatistics),
  },
);

const share = (description: string) => optional(setting<number | string>("share", { default: "0%", description }));

const mock = settingsBlock(
  "How the built-in server behaves when it is the target. Every fault is drawn from its seed.",
  {
    port: optional(
      setting<number | string>("port", { default: 0, description: "Port to listen on; 0 for a free one." }),
    ),
    mode: optional(
      oneOf(["echo", "sink", "push", "broadcast", "queue"], {
        default: "echo",
        description:
          "Answer every message, only take it in, push messages of its own, send what comes to all connections of its room, or work off the jobs that come. With mode oneway the default is sink, with modes push, broadcast and queue it is the same word.",
      }),
    ),
    excludesPublisher: optional(
      flag({
        default: false,
        description:
          "In mode broadcast: nothing is sent back to where it came from. Default in a run: as broadcast.excludesPublisher says.",
      }),
    ),
    seed: optional(
      setting<number | string>("seed", { default: 1, description: "The same seed gives the same faults." }),
    ),
    maxConnections: optional(
      setting<number | string>("connections", {
        unit: "connections",
        description: "Further ones are answered with HTTP 503. Default: no limit.",
      }),
    ),
    bearer: optional(
      setting<string>("bearer", {
        description: "Token that connections must present; others get HTTP 401. Default: none. From env:NAME, too.",
      }),
    ),
    latency: optional(
      setting<string>("latency", {
        unit: "time or distribution",
        default: "none",
        description: "Time between receipt and answer: 5ms, normal(20ms,5ms) or lognormal(20ms,0.5).",
      }),
    ),
    drop: share("Messages that are never answered."),
    duplicate: share("Messages that are answered twice."),
    reorder: share("Answers held back until the next answer of the same connection has left."),
    corrupt: share("Answers with one byte changed."),
    disconnectAfter: optional(
      setting<number | string>("count", {
        unit: "messages",
        description: "Each connection is cut after so many messages. Default: never.",
      }),
    ),
    disconnectRate: share("Messages upon which the connection is cut."),
    refuseRate: share("Connection attempts answered with HTTP 503."),
    stall: optional(
      setting<string>("stall", {
        unit: "time@time",
        description: "Stops answering: 2s@10s is silent for 2 s in every 10 s. Default: never.",
      }),
    ),
    outage: optional(
      setting<string>("outage", {
        unit: "time@time",
        description:
          "Is away: 1s@5s cuts every connection each 5 s, counted from the first connection, and answers new ones with HTTP 503 for 1 s. Default: never.",
      }),
    ),
    sessions: optional(
      setting<number | string>("count", {
        unit: "sessions",
        description:
          "Mode echo: each connection has a session, and those of so many connections that were lost are kept at a time, to be resumed. Default: none; with reconnect.resume, or where one of the other settings of sessions is given, 10000.",
      }),
    ),
    sessionTime: optional(
      setting<string>("time", { description: "How long the session of a lost connection is kept. Default: 30s." }),
    ),
    sessionAnswers: optional(
      setting<number | string>("count", {
        unit: "messages",
        description: "Answers kept for a lost session; the oldest goes for another one. Default: 1000.",
      }),
    ),
    sessionRefuse: share("Wishes to resume a session that are refused."),
    sessionForget: share("Wishes to resume a session that are granted although its answers are gone."),
    sessionRepeat: share("Wishes to resume a session after which the answers kept are sent twice."),
    leak: optional(
      setting<number | string>("size", { default: "0B", description: "Memory kept for ever per message received." }),
    ),
    maxMessage: optional(
      setting<number | string>("size", {
        default: "16MiB",
        description: "A larger message is answered with close code 1009.",
      }),
    ),
    maxRate: optional(
      setting<number | string>("rate", {
        unit: "per second",
        description:
          "Messages per second of each connection, a second's worth at once; more is answered with close code 1008. Default: no limit.",
      }),
    ),
    streamRate: optional(
      setting<number | string>("rate-or-max", {
        description:
          "Mode push: messages per second of each stream; max for as many as its peer reads. Default: stream.rate, or 1000.",
      }),
    ),
    streamSize: optional(
      setting<number | string>("sizes", {
        unit: "size, or sizes with their shares",
        default: 128,
        description:
          "Mode push: size of a message, at least 72 (120 with priorities); or sizes with the share of messages that has each, 128:60%,1KiB:30%,16KiB:10%.",
      }),
    ),
    streamBinary: share("Mode push: messages that are binary."),
    streamQueue: optional(
      setting<number | string>("count", {
        unit: "messages",
        description:
          "Mode push: messages have priorities (control, critical, important, bulk), and each stream keeps so many while its peer does not read; then a message takes the place of the oldest of the lowest class up to its own, and bulk is rejected. Default: none are kept; with stream.priorities 100.",
      }),
    ),
    streamPriorities: optional(
      setting<string>("priority-shares", {
        unit: "shares",
        description:
          "With a queue: what share of the messages each class has. Default: control:1%,critical:9%,important:30%,bulk:60%.",
      }),
    ),
    streamTimeout: optional(
      setting<string>("time", {
        description: "With a queue: a peer that takes nothing for so long has its connection ended. Default: 5s.",
      }),
    ),
    streamStart: optional(
      oneOf(["message", "open"], {
        default: "message",
        description: "Mode push: a stream begins with the first message that comes, or as its connection opens.",
      }),
    ),
    streamMessages: optional(
      setting<number | string>("count", {
        unit: "messages",
        description: "Mode push: each stream ends after so many messages. Default: never.",
      }),
    ),
    queueConcurrency: optional(
      setting<number | string>("count", {
        unit: "jobs",
        description: "Mode queue: jobs of one key that run at a time. Default: queue.concurrency, or 1.",
      }),
    ),
    queueLimit: optional(
      setting<number | string>("count", {
        unit: "jobs",
        description: "Mode queue: jobs of one key that may wait; a further one is refused. Default: any number.",
      }),
    ),
    queueWorkers: optional(
      setting<string>("job-times", {
        unit: "times",
        description:
          "Mode queue: workers for all keys together, and how long each takes for a job: 5ms, 10ms, 20ms. Default: as many as there is work for.",
      }),
    ),
    queueTime: optional(
      setting<string>("latency", {
        unit: "time or distribution",
        default: "1ms",
        description: "Mode queue: how long a job takes where there are no queueWorkers: 5ms, normal(20ms,5ms) ...",
      }),
    ),
    queueInOrder: optional(
      flag({
        default: false,
        description:
          "Mode queue: a job is not completed before those of its key that started before it. Default in a run: as queue.completionOrder says.",
      }),
    ),
    queueJournal: optional(
      setting<string>("filled", {
        unit: "file",
        description: "Mode queue: keeps the statistics here, so that they outlive the server. Default: nowhere.",
      }),
    ),
    queueOvertake: share("Mode queue: jobs that start after the one behind them."),
    queueLose: share("Mode queue: jobs that are accepted and then lost."),
    queueRunCancelled: share("Mode queue: jobs that run although it was confirmed that they were taken back."),
    queueMiscount: share("Mode queue: completed jobs that the statistics count twice."),
  },
);

const settings = {
  title: optional(setting<string>("filled", { description: "Title of the report. Default: the profile's name." })),
  tags: optional(
    mapOf<string | number | boolean>(
      { type: ["string", "number", "boolean"] },
      { description: "Words kept with the result, for finding and comparing." },
    ),
  ),
  mode: optional(
    oneOf(["echo", "oneway", "connect", "push", "broadcast", "queue"], {
      default: "echo",
      description:
        "echo: every message is expected back. oneway: send only. connect: open connections and hold them. push: take in what the target pushes, and count it by the target's own numbers. broadcast: what some publish is expected on every connection of their room. queue: every message is a job, which is followed from its acceptance to its end.",
    }),
  ),
  broadcast: optional(broadcast),
  queue: optional(queue),
  target: optional(
    setting<string>("url", {
      unit: "URL",
      description: "ws:// or wss:// URL to aim at. Default: the built-in mock on a free port.",
    }),
  ),
  spawn: optional(
    setting<string>("filled", {
      unit: "command",
      description: "Command that starts the target; it is waited for, its memory is read, and it is ended.",
    }),
  ),
  targetPid: optional(
    setting<number | string>("count", {
      unit: "process id",
      description: "Process whose memory is the target's, on this machine.",
    }),
  ),
  targetMetrics: optional(
    setting<string>("http-url", {
      unit: "URL",
      description: "Where the target's memory is read: Prometheus text or JSON.",
    }),
  ),
  connections: optional(
    setting<number | string>("connections", {
      unit: "connections",
      default: 10,
      description: "Connections to the target.",
    }),
  ),
  workers: optional(
    setting<number | string>("workers", {
      unit: "workers",
      description:
        "Threads that send; processes where all connections need more files than one may open (ulimit -n). Default: one less than the cores, at least 1, at most 4, and as many processes as it takes; never more than connections.",
    }),
  ),
  size: optional(
    setting<number | string>("message-sizes", {
      unit: "size, or sizes with their shares",
      default: 64,
      description:
        "Size of a whole message, template and payload; at least 32 bytes more than the template. Or sizes with the share of messages that has each, 128:60%,1KiB:30%,16KiB:10%: drawn for each message from the seed, its connection and its number there. When it is not given, a template that needs more gets more.",
    }),
  ),
  message: optional(
    setting<string>("template", {
      default: "{{payload}}",
      description: "What the target wants to see; {{payload}} is replaced, once; in mode broadcast {{room}} too.",
    }),
  ),
  messageFile: optional(
    setting<string>("filled", {
      unit: "file",
      description: "File with the message template, in place of message. One line break at its end is left out.",
    }),
  ),
  firstMessage: optional(listOf("filled", "Messages sent once after opening, in order (login, subscribe).")),
  ready: optional(
    setting<string>("ready", {
      description:
        "Text or /regular expression/ to be seen in a frame before the connection counts as ready. Default: ready at once.",
    }),
  ),
  frame: optional(oneOf(["text", "binary"], { default: "text", description: "Frame type of the messages." })),
  binaryShare: optional(
    setting<number | string>("share", {
      description:
        "Share of messages that are binary frames, all others being text; drawn as sizes are. Takes the place of frame. Default: all are as frame says.",
    }),
  ),
  rate: optional(
    setting<number | string>("rate-or-max", {
      default: 1000,
      description: "Messages per second in total over all connections and workers; max for as fast as answers come.",
    }),
  ),
  inFlight: optional(
    setting<number | string>("in-flight", {
      unit: "messages",
      default: 1,
      description:
        "With rate max: messages each connection keeps unanswered. Mode queue: jobs that have not ended; it has to be given there.",
    }),
  ),
  arrival: optional(
    oneOf(["constant", "poisson"], {
      default: "constant",
      description: "Even spacing, or random gaps as of many independent users.",
    }),
  ),
  burst: optional(burst),
  duration: optional(
    setting<string>("time", {
      default: "10s",
      description:
        "How long to send, warm-up not counted. When messages is given and duration is not: as long as the messages take.",
    }),
  ),
  messages: optional(
    setting<number | string>("count", {
      unit: "messages",
      description:
        "At most so many measured messages; with stages, in each stage. Default: what rate and duration give.",
    }),
  ),
  warmup: optional(
    setting<string>("time-or-0", {
      default: "0s",
      description:
        "Sent first at the load of the first stage, and again wherever the number of connections changes; reported apart, in no total.",
    }),
  ),
  drain: optional(
    setting<string>("drain", {
      default: "auto",
      description:
        "How long to wait for answers at the end. auto: three times the p99.9 latency so far, 2 s to 30 s; less when all have come.",
    }),
  ),
  stages: optional(
    arrayOf(stage, { minItems: 1, description: "Loads one after the other, in place of rate, burst and duration." }),
  ),
  scaling: optional(
    oneOf(["rate", "connections"], {
      description: "What grows from stage to stage; the scaling efficiency is taken over it. Default: none is taken.",
    }),
  ),
  stream: optional(stream),
  slow: optional(slow),
  connect: optional(connect),
  reconnect: optional(reconnect),
  churn: optional(
    setting<number | string>("rate", {
      unit: "connections/s",
      description:
        "Connections per second, in total, that are closed once they are answered, and opened again at once. Default: none.",
    }),
  ),
  dropAll: optional(
    setting<string>("time", {
      description:
        "From the start of the load (of each stage with other connections): all connections are dropped at once, without a close frame. Default: never.",
    }),
  ),
  onLate: optional(
    oneOf(["catch-up", "skip"], {
      default: "catch-up",
      description: "Overdue messages are sent as soon as possible, or left out and counted.",
    }),
  ),
  maxSlip: optional(
    setting<string>("time", {
      default: "100ms",
      description: "With onLate skip: a message later than this is left out.",
    }),
  ),
  pacing: optional(
    oneOf(["timer", "precise"], {
      default: "timer",
      description: "Wake each millisecond, or spin on a core for schedule slip of microseconds.",
    }),
  ),
  maxBuffered: optional(
    setting<number | string>("size", {
      default: "1MiB",
      description: "What one connection may hold unsent before its messages wait.",
    }),
  ),
  maxMessage: optional(
    setting<number | string>("size", {
      default: "16MiB",
      description: "A larger message from the target is a protocol failure (close code 1009).",
    }),
  ),
  connectionFigures: optional(
    setting<number | string>("rows", {
      unit: "connections",
      description:
        "Count each connection by itself, tell how evenly they fared, and so many of them one by one: those that fared worst. Default: connections have no figures of their own.",
    }),
  ),
  seed: optional(
    setting<number | string>("seed", {
      description: "Every random choice follows from it. Default: chosen anew for each run, and printed.",
    }),
  ),
  thresholds: optional(
    listOf("filled", "What has to hold, for example latency.p99<200ms; a trailing warn makes one advisory."),
  ),
  targetMemoryThresholds: optional(
    listOf(
      "filled",
      "Further thresholds for runs in which the target's memory can be read: the mock, spawn, targetPid, targetMetrics.",
    ),
  ),
  mock: optional(mock),
  probe: optional(probeSettings),
};

const overrides = (when: string) =>
  optional(
    objectOf(settings, {
      additionalProperties: false,
      description: `Settings that change ${when}. Blocks are merged key by key, lists are replaced.`,
    }),
  );

/** A profile file. */
export const profileSchema = objectOf(
  {
    description: optional(setting<string>("filled", { description: "What the profile finds out, in one line." })),
    ...settings,
    environments: optional(
      objectOf(
        {
          full: overrides("at full scale"),
          dev: overrides("with ENVIRONMENT=dev"),
          ci: overrides("with CI=true"),
          quick: overrides("with QUICK_MODE=true"),
        },
        {
          additionalProperties: false,
          description:
            "What is different where. --env chooses; otherwise QUICK_MODE, CI, ENVIRONMENT in this order; otherwise full.",
        },
      ),
    ),
  },
  {
    additionalProperties: false,
    title: "floodgate profile",
    description: "Settings of a load test. Every key is optional.",
  },
);

/** The settings a profile, one of its environments or the flags give, as written: texts with units. */
export type SettingTexts = Static<TSettings>;
type TSettings = TObject<typeof settings>;
/** One stage as written. */
export type StageTexts = Static<typeof stage>;
/** A profile file as written. */
export type ProfileTexts = Static<typeof profileSchema>;

/** The properties of a schema node by name; empty for a leaf. */
export function propertiesOf(schema: TSchema): Readonly<Record<string, TSchema>> {
  return (schema.properties ?? {}) as Record<string, TSchema>;
}

/** The text of profiles/profile.schema.json, with which editors complete profiles. */
export function profileSchemaText(): string {
  return `${JSON.stringify({ $schema: "http://json-schema.org/draft-07/schema#", ...profileSchema }, null, 2)}\n`;
}
