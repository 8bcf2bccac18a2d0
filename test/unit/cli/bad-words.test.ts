import { describe, expect, it } from "vitest";
import { parseCommand } from "../../support/parse-command.ts";

/** The words, and the two lines they come to. */
const tooManySizes = Array.from({ length: 20 }, (_, index) => `${100 + index}:5%`).join();

const cases: readonly (readonly [words: readonly string[], error: string, hint: string])[] = [
  [
    ["nosuch"],
    'there is no command "nosuch"',
    "commands: run capacity calibrate probe serve report merge compare profiles examples",
  ],
  [["rum"], 'there is no command "rum"', "did you mean run?"],
  [["help", "rum"], 'there is no command "rum"', "did you mean run?"],
  [["capacity"], "capacity needs a condition that a load has to hold", "add --until 'latency.p99<50ms', for example"],
  [["agent"], "the command agent is not in this version of floodgate", "floodgate --help lists what there is"],
  [
    ["run", "--agents", "2"],
    "--agents is not in this version of floodgate",
    "floodgate run --help lists what there is",
  ],
  [["run", "--csv", ""], "--csv is empty", "name a file, or leave it out"],
  [["run", "--html", ""], "--html is empty", "name a file, or leave it out"],
  [
    ["report", "a", "--agents=2"],
    "--agents is not in this version of floodgate",
    "floodgate report --help lists what there is",
  ],
  [["run", "--rat", "5"], 'there is no flag "--rat"', "did you mean --rate?"],
  [["run", "-r"], "-r, --rate <msg/s|max> needs a value", "floodgate run --help lists what there is"],
  [
    ["run", "a", "b"],
    "there are more words than the command takes",
    "put texts with spaces in quotes; floodgate run --help lists what there is",
  ],
  [["report"], "report needs <result.json>", "floodgate report --help lists what there is"],
  [["merge", "a.json"], "merge needs -o, --output <file>", "floodgate merge --help lists what there is"],

  [
    ["run", "sok"],
    'there is no profile "sok"',
    "did you mean soak? built in: backpressure broadcast burst chaos ci connection-scaling dev fifo fifo-full fifo-workers linear-scaling peak push quick resilience soak stress sustained",
  ],
  [["run", "./none.yaml"], 'there is no profile "./none.yaml"', "floodgate profiles lists the built-in ones"],
  [["run", "localhost:8080"], 'there is no profile "localhost:8080"', "for a server, write ws://localhost:8080"],
  [["run", "http://h:1/x"], 'the target "http://h:1/x" is not a WebSocket URL', "write ws://h:1/x"],
  [["run", "https://h/"], 'the target "https://h/" is not a WebSocket URL', "write wss://h/"],
  [["run", "ws:///x"], 'the target "ws:///x" names no host', "write it like ws://127.0.0.1:8080/path"],
  [["run", "ws://h:99999/"], 'the target "ws://h:99999/" has the port "99999"', "a port is a number from 1 to 65535"],
  [
    ["run", "ws://h/#a"],
    'the target "ws://h/#a" has a fragment',
    "a WebSocket URL has none: leave out # and what follows, or write %23",
  ],
  [["run", "-t", "h:80"], '--target "h:80" has no scheme', "write ws://h:80"],
  [
    ["run", "ws://a", "-t", "ws://b"],
    'the target "ws://a" and --target cannot be given together: they set the same thing',
    "leave out one of them",
  ],

  [["run", "-r", "10q"], '--rate "10q" is not a rate', "write a number per second, for example 1000, 10k or 10k/s"],
  [["run", "-r", "-5"], '--rate "-5" is not a rate', "write a number per second, for example 1000, 10k or 10k/s"],
  [["run", "-r", "0"], '--rate "0" is no rate', "write a rate above 0, for example 1000"],
  [["run", "-d", "30"], '--duration "30" has no unit', "write 30s, or another of us ms s m h"],
  [
    ["run", "-d", "soon"],
    '--duration "soon" is not a time',
    "write a number and a unit (us ms s m h), for example 30s",
  ],
  [["run", "-d", "0s"], '--duration "0s" is no time at all', "write a time above 0, for example 30s"],
  [["run", "-d", "1001h"], '--duration "1001h" is too long', "the longest time is 1000h"],
  [["run", "-c", "0"], '--connections "0" is too few', "the least is 1"],
  [
    ["run", "-c", "1.5"],
    '--connections "1.5" is not a whole number',
    "write digits, with k or m for thousands or millions, for example 500 or 10k",
  ],
  [["run", "-c", "2m"], '--connections "2m" is too many', "the most is 1000000"],
  [["run", "-s", "20"], '--size "20" is too small: the marker takes 32 bytes', "the smallest size is --size 32"],
  [
    ["run", "-s", "39", "-m", '{"a":"{{payload}}"}'],
    '--size "39" is too small: the template takes 8 bytes and the marker 32',
    "the smallest size is --size 40",
  ],
  [["run", "-s", "1.5B"], '--size "1.5B" is not a size', "write whole bytes, for example 64, 1KiB or 1MB"],
  [
    ["run", "-s", "2KiB", "--max-message", "1KiB"],
    "--size 2048 is larger than --max-message 1024: no answer could come back",
    "raise --max-message to 2048 or more",
  ],
  [
    ["run", "-m", "hello"],
    '--message "hello" has no {{payload}}',
    "write {{payload}} where the message body goes, once",
  ],
  [
    ["run", "-m", "{{payload}}{{payload}}"],
    '--message "{{payload}}{{payload}}" has {{payload}} 2 times',
    "write {{payload}} once",
  ],
  [
    ["run", "-m", "{{payload}} {{user}}"],
    '--message "{{payload}} {{user}}" has the unknown word {{user}}',
    "the word that is replaced is {{payload}}, and in mode broadcast {{room}}",
  ],
  [
    ["run", "-m", "{{payload}}", "-f", "x"],
    "--message and --message-file cannot be given together: the template comes from one of them",
    "leave out --message or --message-file",
  ],
  [
    ["run", "-f", "none.txt"],
    '--message-file "none.txt" cannot be read: there is no such file',
    "name a file that is there, from /",
  ],
  [
    ["run", "--text", "--binary"],
    "--text and --binary cannot be given together: they set the same thing",
    "leave out --text or --binary",
  ],
  [["run", "--ready", "/(/"], '--ready "/(/" is not a regular expression', "/(/: Unterminated group"],
  [
    ["run", "-t", "ws://h/", "--rooms", "3"],
    "--rooms needs --mode broadcast",
    "add --mode broadcast, or leave --rooms out",
  ],
  [
    ["run", "--mode", "broadcast", "--rate", "max"],
    "--rate max does not fit mode broadcast: no answer asks a publisher for the next message",
    "give a rate: messages published per second, over all publishers",
  ],
  [
    ["run", "--mode", "broadcast", "-t", "ws://h/", "--rooms", "3"],
    "nothing tells ws://h/ which of 3 rooms a connection is in",
    "write {{room}} into the target, as in ws://127.0.0.1:8080/?room={{room}}, or into --first-message",
  ],
  [
    ["run", "--mode", "broadcast", "--publishers", "0%"],
    '--publishers "0%" is nobody',
    "somebody has to publish: write 1, or 10%",
  ],
  [
    ["run", "-t", "ws://h/", "-m", "{{room}}{{payload}}"],
    "--message has the word {{room}}, which only mode broadcast replaces",
    "add --mode broadcast, or leave {{room}} out",
  ],
  [
    ["run", "--mode", "quue"],
    '--mode "quue" is not one of echo, oneway, connect, push, broadcast, queue',
    "did you mean queue?",
  ],
  [
    ["run", "--mode", "queue", "--rate", "max"],
    "--rate max in mode queue needs --in-flight: how many jobs of a connection are to wait and run at a time",
    "more than the target runs at a time, or it stands idle: --in-flight 50, for example",
  ],
  [
    ["run", "--mode", "queue", "-c", "5", "--keys", "3"],
    "5 connections cannot share 3 keys (--keys): the order of a key is known on one connection only",
    "give 3 connections or fewer, or 5 keys",
  ],
  [["run", "--keys", "3"], "--keys needs --mode queue", "add --mode queue, or leave --keys out"],
  [
    ["run", "--mode", "queue", "--cancel", "0,3"],
    '--cancel "0,3" has "0", which is no position',
    "write a share such as 5%, or positions from 1 such as 3, 10, 12",
  ],
  [
    ["run", "--mode", "queue", "-m", "{{payload}}"],
    "--message and --mode cannot be given together: mode queue sends jobs, as queue.form.submit says",
    "leave out --message or --mode",
  ],
  [
    ["run", "--mode", "queue", "-s", "40"],
    '--size "40" does not fit: a job takes 82 bytes at least',
    "write --size 82, or leave it out",
  ],
  [
    ["run", "--mock-queue-limit", "5"],
    "--mock-queue-limit is for a mock that works off jobs",
    "add --mode queue, or leave --mock-queue-limit out",
  ],
  [
    ["run", "--mode", "push", "-r", "5"],
    "--rate and --mode cannot be given together: mode push sends no messages; what streams promise is stream.rate",
    "leave out --rate or --mode",
  ],
  [
    ["run", "--mode", "push", "--stream-sequence", "seq"],
    '--stream-sequence "seq" has no (?<sequence>\\d+)',
    'write the text around it, for example "sequence":(?<sequence>\\d+)',
  ],
  [
    ["run", "--mode", "push", "--stream-sent", "$.a[0]"],
    '--stream-sent "$.a[0]" is not a JSON path of names',
    "write it like $.data.seq; for anything else, the text around (?<sent>\\d+)",
  ],
  [
    ["run", "--mode", "push", "--stream-check", "$.check"],
    '--stream-check "$.check" is no plain text',
    'write the text around the digits, for example "check":"(?<check>[0-9a-f]{8})"',
  ],
  [["run", "--stream-rate", "8k"], "--stream-rate needs --mode push", "add --mode push, or leave --stream-rate out"],
  [
    ["run", "--size", "64:60%,1KiB:30%"],
    '--size "64:60%,1KiB:30%" adds up to 90%',
    "the shares have to be 100% together: 128:60%,1KiB:30%,16KiB:10%",
  ],
  [
    ["run", "--size", "1024:60%,1KiB:40%"],
    '--size "1024:60%,1KiB:40%" has one size twice, as 1024 and 1KiB',
    "write each size once, with its whole share",
  ],
  [["run", "--size", tooManySizes], `--size "${tooManySizes}" has 20 sizes`, "the most is 16"],
  [
    ["run", "--size", "31:50%,1KiB:50%"],
    '--size has a size "31" that is too small: the marker takes 32 bytes',
    "the smallest size is 32",
  ],
  [
    ["run", "--size", "64:50%,1KiB:50%", "--message", '{"to":"everybody in the room","text":"{{payload}}"}'],
    '--size has a size "64" that is too small: the template takes 40 bytes and the marker 32',
    "the smallest size is 72",
  ],
  [
    ["run", "--size", "64:50%,1GiB:50%"],
    "--size 1073741824 is larger than the default maxMessage 16777216: no answer could come back",
    "raise --max-message to 1073741824 or more",
  ],
  [
    ["run", "--binary-share", "10%", "--binary"],
    "--binary and --binary-share cannot be given together: messages are all of one kind, or of both",
    "leave out --binary or --binary-share",
  ],
  [
    ["run", "--mode", "push", "--binary-share", "10%"],
    "--binary-share and --mode cannot be given together: mode push sends no messages; what streams promise is stream.rate",
    "leave out --binary-share or --mode",
  ],
  [
    ["run", "push", "--binary-share", "10%"],
    "--binary-share does not fit mode push, which sends no messages",
    "leave it out; what each stream promises is --stream-rate",
  ],
  [
    ["run", "--mode", "queue", "--size", "100:50%,200:50%"],
    '--size "100:50%,200:50%" does not fit mode queue: all jobs are alike but for their keys',
    "give one size",
  ],
  [
    ["run", "--mode", "queue", "--binary-share", "10%"],
    '--binary-share "10%" does not fit mode queue: all jobs are alike but for their keys',
    "write --binary for binary frames, or leave it out",
  ],
  [
    ["run", "--mock-stream-size", "200"],
    "--mock-stream-size is for a mock that pushes",
    "add --mode push, or leave --mock-stream-size out",
  ],
  [
    ["run", "--mode", "push", "--mock-stream-size", "64"],
    '--mock-stream-size "64" is too small: a message has a number, a stamp and a check',
    "the smallest size is 72",
  ],
  [
    ["serve", "--stream-rate", "5"],
    "--stream-rate is for a mock that pushes",
    "add --mode push, or leave --stream-rate out",
  ],
  [
    ["run", "--mode", "push", "--stream-clock", "utc"],
    '--stream-clock "utc" is not one of epoch-ms, epoch-s, epoch-us, monotonic-us',
    "write epoch-ms or epoch-s or epoch-us or monotonic-us",
  ],
  [
    ["run", "--mode", "ecko"],
    '--mode "ecko" is not one of echo, oneway, connect, push, broadcast, queue',
    "did you mean echo?",
  ],
  [
    ["run", "--mode", "connect", "--rate", "5"],
    "--rate and --mode cannot be given together: mode connect sends no messages",
    "leave out --rate or --mode",
  ],

  [
    ["run", "--rate", "5", "--burst", "5@1s"],
    "--rate and --burst cannot be given together: the load is one or the other",
    "leave out --rate or --burst",
  ],
  [
    ["run", "--rate", "5", "--stage", "5s:5"],
    "--rate and --stage cannot be given together: the load is one or the other",
    "leave out --rate or --stage",
  ],
  [
    ["run", "--duration", "5s", "--stage", "5s:5"],
    "--duration and --stage cannot be given together: each stage has its own",
    "leave out --duration or --stage",
  ],
  [
    ["run", "--stage", "5s"],
    '--stage "5s" is not a stage',
    "write <time>:<rate>, for example 30s:1000, 30s:100..1000 (a ramp) or 30s:max",
  ],
  [
    ["run", "--stage", "5s:x"],
    '--stage "5s:x" has no rate after the colon ("x")',
    "write <time>:<rate>, for example 30s:1000, 30s:100..1000 (a ramp) or 30s:max",
  ],
  [
    ["run", "--burst", "500"],
    '--burst "500" is not a burst',
    "write <messages>@<time>, for example 500@1s: 500 messages at once each second",
  ],
  [["run", "--in-flight", "5"], "--in-flight needs --rate max", "add --rate max, or leave --in-flight out"],
  [
    ["run", "--drop-all", "5s", "--reconnect", "-d", "1s", "--warmup", "500ms"],
    '--drop-all "5s" would never happen: the load is over after 1.5 s',
    "name an earlier time, or give a longer --duration",
  ],
  [
    ["run", "--mode", "push", "--reconnect-buffer", "5"],
    "--reconnect-buffer does not fit mode push, which sends no messages",
    "leave it out, or take --reconnect",
  ],
  [
    ["run", "--resume", "--no-reconnect"],
    "--no-reconnect and --resume cannot be given together: one denies what the other sets",
    "leave out --no-reconnect or --resume",
  ],
  [
    ["run", "ws://127.0.0.1:9/?room={{room}}"],
    "the target has the word {{room}}, which only mode broadcast replaces",
    "add --mode broadcast, or leave {{room}} out",
  ],
  [
    ["run", "--first-message", '{"join":"{{room}}"}'],
    "--first-message has the word {{room}}, which only mode broadcast replaces",
    "add --mode broadcast, or leave {{room}} out",
  ],
  [
    ["run", "--ready", "joined {{room}}"],
    "--ready has the word {{room}}, which only mode broadcast replaces",
    "add --mode broadcast, or leave {{room}} out",
  ],
  [
    ["run", "--first-message", "RESUME {{session}}"],
    "--first-message has the word {{session}}, but a new connection has no session yet",
    "write it in reconnect.resume.firstMessage, which is sent on a connection that comes again",
  ],
  [
    ["run", "--mode", "push", "--stream-sequence", '"n":'],
    '--stream-sequence ""n":" has no (?<sequence>\\d+)',
    'the group stands where the value does: "n":(?<sequence>\\d+)',
  ],
  [
    ["probe", "ws://127.0.0.1:9/", "--message-limit", "2MiB", "--oversize", "1MiB"],
    "--message-limit 2MiB is not below --oversize 1MiB, which is far too large",
    "raise --oversize (probe.oversize), or name the limit that the target has",
  ],
  [
    ["run", "push", "-r", "100"],
    "--rate does not fit mode push, which sends no messages",
    "leave it out; what each stream promises is --stream-rate",
  ],
  [["run", "--mode", "queue", "--cancel", "3,3"], '--cancel "3,3" has 3 twice', "write each position once"],
  [
    ["run", "--in-flight", "5", "--rate", "5"],
    "--in-flight and --rate cannot be given together: messages in flight are kept with rate max only",
    "leave out --in-flight or --rate",
  ],
  [
    ["run", "--rate", "max", "--arrival", "poisson"],
    "--arrival and --rate cannot be given together: with rate max there is no schedule",
    "leave out --arrival or --rate",
  ],
  [["run", "--max-slip", "5ms"], "--max-slip needs --on-late skip", "add --on-late skip, or leave --max-slip out"],
  [
    ["run", "linear-scaling", "-d", "5s"],
    "--duration does not fit: each of the stages of profiles/linear-scaling.yaml:8 has its own",
    "give the whole load (--rate and --duration, or --stage 5s:1000), or choose a smaller size with --env",
  ],
  [
    ["run", "--precise", "--pacing", "timer"],
    "--pacing and --precise cannot be given together: they set the same thing",
    "leave out --pacing or --precise",
  ],

  [["run", "--connect-rate", "0"], '--connect-rate "0" is no rate', "write a rate above 0, for example 1000"],
  [["run", "-H", "foo"], '--header "foo" has no colon', "write it like 'X-Client: load-test'"],
  [
    ["run", "-H", "X: a\nY: b"],
    '--header "X: a\\nY: b" has a line break or control character',
    "a header value is one line",
  ],
  [
    ["run", "-H", "Sec-WebSocket-Key: x"],
    '--header "Sec-WebSocket-Key: x" is written by floodgate itself',
    "leave it out",
  ],
  [
    ["run", "-H", "Sec-WebSocket-Protocol: x"],
    '--header "Sec-WebSocket-Protocol: x" is written by floodgate itself',
    "name it with --subprotocol (connect.subprotocols)",
  ],
  [
    ["run", "--bearer", "env:NOPE"],
    '--bearer "env:NOPE": the environment variable NOPE is not set',
    "set it: NOPE=... floodgate run",
  ],
  [
    ["run", "--bearer", "a", "-H", "Authorization: b"],
    "--bearer and --header cannot be given together: both set Authorization",
    "leave out --bearer or --header",
  ],
  [
    ["run", "--subprotocol", "a b"],
    '--subprotocol "a b" is not a subprotocol name',
    "write letters, digits, dots and hyphens, for example chat.v2",
  ],
  [
    ["run", "--local-address", "127.0.0.2-x"],
    '--local-address "127.0.0.2-x" names "x", which is no IP address',
    "write addresses of this machine, for example 127.0.0.2 or 10.0.0.2-10.0.0.9",
  ],
  [
    ["run", "--local-address", "127.0.0.2-127.0.0.4", "--local-address", "127.0.0.3"],
    "--local-address names 127.0.0.3 twice",
    "name each address once",
  ],
  [
    ["run", "--local-address", "::1"],
    "--local-address names ::1, from which no IPv4 target can be reached",
    "name IPv4 addresses, or a target of the other kind",
  ],
  [
    ["run", "ws://[::1]:80/", "--local-address", "127.0.0.2"],
    "--local-address names 127.0.0.2, from which no IPv6 target can be reached",
    "name IPv6 addresses, or a target of the other kind",
  ],
  [
    ["run", "wss://h", "--ca", "none.pem"],
    '--ca "none.pem" cannot be read: there is no such file',
    "name a file that is there, from /",
  ],
  [["run", "ws://h", "--ca", "none.pem"], "--ca has no use: the target is not wss://", "leave it out, or write wss://"],
  [
    ["run", "wss://h", "--cert", "c.pem"],
    "--cert needs both a certificate and its key",
    "give --cert and --key (connect.cert and connect.key)",
  ],

  [
    ["run", "ws://h", "--mock-drop", "1%"],
    "--mock-drop changes the built-in mock, but the target is ws://h",
    "leave out --mock-drop or the target",
  ],
  [
    ["run", "--mode", "oneway", "--mock-drop", "1%"],
    "--mock-drop changes the mock's answers, but with --mode oneway the mock is a sink and gives none",
    "leave out --mock-drop or --mode oneway",
  ],
  [
    ["run", "--mock-mode", "sink", "--mock-stall", "1s@5s"],
    "--mock-stall changes the mock's answers, but with --mock-mode the mock is a sink and gives none",
    "leave out --mock-stall or --mock-mode",
  ],
  [
    ["run", "--mock-drop", "200%"],
    '--mock-drop "200%" is not a share',
    "write a percentage or a number from 0 to 1, for example 1% or 0.01",
  ],
  [
    ["run", "--mock-stall", "5s@2s"],
    '--mock-stall "5s@2s" is silent all the time',
    "the first time has to be shorter than the second",
  ],
  [["run", "--spawn", "x"], "--spawn needs the URL of the target", "add --target ws://127.0.0.1:8080/ or the like"],
  [
    ["run", "ws://h", "--spawn", "x", "--target-pid", "5"],
    "--spawn and --target-pid cannot be given together: the target's memory is read in one place",
    "leave out --spawn or --target-pid",
  ],
  [
    ["run", "ws://h", "--target-metrics", "h:9"],
    '--target-metrics "h:9" is not an http URL',
    "write it like http://127.0.0.1:9090/metrics",
  ],
  [["run", "--env", "prod"], '--env "prod" is not one of full, dev, ci, quick', "write --env full, dev, ci or quick"],
  [["run", "--env", "dve"], '--env "dve" is not one of full, dev, ci, quick', "did you mean dev?"],
  [["run", "--seed", "5000000000"], '--seed "5000000000" is too many', "the most is 4294967295"],
  [["run", "--tag", "x"], '--tag "x" is not key=value', "write it like --tag branch=main"],
  [
    ["run", "--abort-delay", "5s"],
    "--abort-delay needs --abort-on-fail",
    "add --abort-on-fail, or leave --abort-delay out",
  ],
  [
    ["run", "ws://h", "--abort-on-fail"],
    "--abort-on-fail needs a threshold to watch",
    "add --threshold 'latency.p99<200ms', for example",
  ],
  [["run", "--gate", "confidnet"], '--gate "confidnet" is not one of point, confident', "did you mean confident?"],
  [
    ["run", "--gate", "confident", "--abort-on-fail"],
    "--gate confident and --abort-on-fail cannot be given together: intervals are known when the run is over",
    "leave out one of them",
  ],
  [["run", "-o", ""], "--output is empty", "name a file, or leave it out"],
  [
    ["run", "-o", "-"],
    '--output "-" would be a file of that name: only reports go to stdout by "-"',
    "name a file; --json writes the result to stdout",
  ],
  [
    ["serve", "--latency", "normal(5,5)"],
    '--latency "normal(5,5)" has no time in first place ("5")',
    "write 5ms, normal(20ms,5ms) (mean, deviation) or lognormal(20ms,0.5) (median, sigma without unit)",
  ],
  [["serve", "--port", "70000"], '--port "70000" is too many', "the most is 65535"],
];

describe("bad words on the command line", () => {
  it.each(cases)("%j gets one clear line, the mend, and exit code 2", async (words, error, hint) => {
    const { code, stdout, stderr, called } = await parseCommand(words);
    expect(stderr).toBe(`error: ${error}\nhint:  ${hint}\n`);
    expect({ code, stdout, called }).toEqual({ code: 2, stdout: "", called: [] });
  });

  it("shows a bug in floodgate as one, with its stack and exit code 1", async () => {
    const { code, stderr } = await parseCommand(["run"], {
      randomSeed: () => {
        throw new TypeError("no entropy");
      },
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: this is a bug in floodgate.*\nTypeError: no entropy\n {4}at /);
  });
});
