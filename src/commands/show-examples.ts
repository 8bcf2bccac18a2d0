import { exitCode, type ExitCode } from "../errors/exit-code.ts";
import type { Host } from "../host/host.ts";

/** `floodgate examples`: a page of commands to copy. */
export function showExamples(host: Host): ExitCode {
  host.stdout.write(examplesPage);
  return exitCode.ok;
}

/** Every line that begins with "floodgate" is a command that parses; a test sees to it. */
export const examplesPage = `First steps
  # a few seconds against the built-in mock: does everything work here?
  floodgate run
  # what profiles there are, how large they are here, and what one would do
  floodgate profiles
  floodgate profiles sustained --env dev

Your own server
  # 10,000 messages a second in total over 100 connections, for 30 s
  floodgate run ws://127.0.0.1:8080/ -c 100 -r 10k -d 30s
  # it wants JSON, a login first, and says so when the login is done
  floodgate run ws://127.0.0.1:8080/ -m '{"type":"chat","text":"{{payload}}"}' -s 128 \\
    --first-message '{"type":"login","user":"load"}' --ready '/"logged.in"/'
  # TLS, a token from the environment, a header, a subprotocol
  floodgate run wss://staging.example.org/ws --bearer env:API_TOKEN \\
    -H 'X-Client: load' --subprotocol chat.v2
  # a self-signed certificate: trust it by file, or accept any
  floodgate run wss://localhost:8443/ --ca ./ca.pem
  floodgate run wss://localhost:8443/ -k
  # the same profile as against the mock; only the target changes
  floodgate run sustained --target wss://staging.example.org/ws
  # read the server's memory: by process id, from its metrics, or start it and end it
  floodgate run ws://127.0.0.1:8080/ --target-pid 4242
  floodgate run ws://127.0.0.1:8080/ --target-metrics http://127.0.0.1:8080/metrics
  floodgate run ws://127.0.0.1:8080/ --spawn 'node server.js'

Shapes of load
  # climb, hold, fall
  floodgate run ws://127.0.0.1:8080/ --stage 10s:0..5000 --stage 60s:5000 --stage 10s:5000..0
  # 500 messages at once each second
  floodgate run ws://127.0.0.1:8080/ --burst 500@1s -d 60s
  # random gaps, as of many independent users
  floodgate run ws://127.0.0.1:8080/ -r 2000 --arrival poisson --seed 42
  # as fast as answers come, 16 unanswered on each connection (closed loop: latency is service time)
  floodgate run ws://127.0.0.1:8080/ -c 50 --rate max --in-flight 16
  # exactly 100,000 messages
  floodgate run ws://127.0.0.1:8080/ -r 5000 -n 100k
  # connections only: how fast they open, what they cost, whether they stay
  floodgate run ws://127.0.0.1:8080/ --mode connect -c 5000 --connect-rate 200 -d 60s
  # send only
  floodgate run ws://127.0.0.1:8080/ --mode oneway -r 5000
  # listen to what is pushed: gaps, order and rate by the server's own numbers
  floodgate run ws://127.0.0.1:8080/ --mode push --stream-rate 8000 --stream-sequence '$.line'
  # some connections read slowly: do the others go on as before?
  floodgate run backpressure --slow 40%
  # all connections drop at once: are they back, with their sessions and what was in flight?
  floodgate run resilience --resume --threshold 'sessions.resumed==100%'
  # hand in jobs of three keys: their order, how many run at a time, that those taken back never run
  floodgate run --mode queue --keys 3 --concurrency 5 -r 200 -n 1000 --cancel 5%

How much it holds
  # the highest rate at which the condition holds
  floodgate capacity ws://127.0.0.1:8080/ -c 100 --until 'latency.p99<50ms'
  # two conditions, a server started for it, a start and a ceiling
  floodgate capacity ws://127.0.0.1:8080/ --spawn 'node server.js' --start 5k --max 100k \\
    --until 'latency.p99<50ms' --until 'memory.target.peak<512MiB'
  # the most connections, each sending 2 messages a second; or sending nothing
  floodgate capacity ws://127.0.0.1:8080/ --over connections --per-connection 2 \\
    --until 'latency.p99<100ms'
  floodgate capacity ws://127.0.0.1:8080/ --over connections --mode connect --start 100 \\
    --until 'connect.p50<200ms'

Rooms
  # one connection publishes, 5,000 listen: who misses what, and how long until the last one has it
  floodgate run 'ws://127.0.0.1:8080/?room={{room}}' --mode broadcast -c 5000 -r 10 -d 30s
  # 200 rooms of 20; the room is joined by a message, and the server says when that is done
  floodgate run ws://127.0.0.1:8080/ --mode broadcast -c 4000 --rooms 200 -r 400 -d 30s \\
    --first-message '{"type":"join","room":"{{room}}"}' --ready '"joined"'

In CI
  # exit code 99 when a threshold fails, 96 when the generator itself could not keep up
  floodgate run ci --target ws://127.0.0.1:8080/ --threshold 'latency.p99<150ms' -o result.json
  # the last threshold only warns; stop early when one fails
  floodgate run ci --threshold 'delivery.ratio==1' --threshold 'latency.p50<5ms warn' \\
    --abort-on-fail
  # start the server, gate, and keep a page, test cases and the summary of a GitHub job: docs/ci.md
  floodgate run ci -t ws://127.0.0.1:8080/ --spawn 'node server.js' -o load/gate.json \\
    --html load/gate.html --junit load/gate.xml --md auto
  # one JSON document on stdout
  floodgate run quick --json --no-progress --tag branch=main

To show to others
  # one page with charts that needs no network: after a run, or later from its result
  floodgate run ws://127.0.0.1:8080/ -c 50 -r 2000 -d 30s -o result.json --html report.html
  floodgate report result.json --html report.html
  # as Markdown for a comment: into a file, or to stdout for a pipe
  floodgate report result.json --md comment.md
  floodgate report result.json --md -
  # for spreadsheets: one row for each second of load
  floodgate report result.json --csv seconds.csv
  # for the tools of HdrHistogram: each second as a log, percentiles as a table
  floodgate report result.json --hlog latency.hlog --hgrm latency.hgrm
  # for github-action-benchmark: times and losses, and rates
  floodgate report result.json --benchmark-smaller times.json --benchmark-bigger rates.json
  # all results so far: each primary metric over time, changes of level marked
  floodgate report 'results/*.json' --trend trend.html

What it does with what it should not be sent
  # malformed frames, wrong credentials, too large, too much; are other sessions unharmed?
  floodgate probe ws://127.0.0.1:8080/ --bearer env:API_TOKEN --message-limit 1MiB
  # a message that the application must refuse, and how it says so
  floodgate probe ws://127.0.0.1:8080/ --only malformed --bad-message '{"type":"nosuch"}' \\
    --refusal '"error"'

Again and again
  # five runs of the same, and how far they lie apart; saved as before-1.json ... before-5.json
  floodgate run ws://127.0.0.1:8080/ -c 50 -r 2000 -d 20s --repeat 5 -o before.json
  # the same of a new build, and whether it is better or worse; exit code 98 when it is worse
  floodgate run ws://127.0.0.1:8080/ -c 50 -r 2000 -d 20s --repeat 5 -o after.json
  floodgate compare 'before-*.json' --to 'after-*.json' --html comparison.html
  # both at once: the new build, compared as soon as its runs are over
  floodgate run ws://127.0.0.1:8080/ -c 50 -r 2000 -d 20s --repeat 5 -o after.json \\
    --baseline 'before-*.json' --fail-on-regression
  # both builds at once, in turns: the old one first
  floodgate run ws://127.0.0.1:8080/ -c 50 -r 2000 -d 20s --fail-on-regression \\
    --interleave ws://127.0.0.1:8081/
  # no worse than a tenth and 5 ms more than a saved run
  floodgate run ws://127.0.0.1:8080/ -c 50 -r 2000 -d 20s --baseline main.json \\
    --threshold 'latency.p99<=base*1.10+5ms'
  # how much this machine differs from itself, for comparisons to come
  floodgate calibrate ws://127.0.0.1:8080/ -c 50 -r 2000 -d 20s

Faults on purpose
  # does the tool see what the mock does? 1 % dropped, half a percent duplicated
  floodgate run quick --mock-drop 1% --mock-duplicate 0.5%
  floodgate run quick --mock-latency 'lognormal(20ms,0.5)' --mock-stall 500ms@2s
  # the mock alone, for your own client
  floodgate serve --port 8080 --latency 'normal(20ms,5ms)' --disconnect-after 1000

Results
  floodgate report results/run.json
  floodgate merge host-a.json host-b.json -o both.json
`;
