// floodgate's own transport with nothing measured: what a closed loop costs before ledger, histograms and clock readings.
//
//   node bare-transport.js '{"url":"ws://127.0.0.1:1234","connections":50,"seconds":5,"size":64,"inFlight":64,"level":"codec"}'
//
// level "transport": one prepared message again and again; framing, masking, parsing, counting.
// level "codec": each message with its connection, sequence and CRC, and each answer recognised byte for byte.
// Prints one line of JSON when it ends: {"sent":..,"received":..,"unknown":..}.
import { makeTransportOpener } from "../../dist/transport/open-transport.js";
import { MessageCodec } from "../../dist/wire/message-codec.js";

const { url, connections, seconds, size, inFlight, level } = JSON.parse(process.argv[2]);

const openTransport = makeTransportOpener({
  connect: {
    url,
    ratePerSecond: null,
    timeoutMs: 10_000,
    localAddresses: [],
    headers: [],
    subprotocols: [],
    compress: false,
    tls: { insecure: false, caPem: null, certPem: null, keyPem: null },
    firstMessages: [],
    ready: null,
    reconnect: null,
  },
  limits: { maxBufferedBytes: 1024 * 1024, maxMessageBytes: 64 * 1024 * 1024 },
});
const codec = new MessageCodec(
  { sizeBytes: size, frameType: "text", templatePrefix: "", templateSuffix: "" },
  "bareClient_",
);
// Its words stay as they are: nothing is encoded at level "transport".
const prepared = codec.encode(0, 1);

let sent = 0;
let received = 0;
let unknown = 0;
let isStopping = false;
let whenClosed;
let openCount = 0;

class BareListener {
  answered = 0;
  onOpen() {
    openCount++;
    if (openCount === connections) start();
  }
  takeKnownMessage() {
    this.answered++;
    return true;
  }
  onMessage() {
    unknown++;
  }
  onReadEnd() {
    const count = this.answered;
    this.answered = 0;
    received += count;
    if (!isStopping && count > 0) this.send(count);
  }
  onWritable() {}
  onClosed() {
    openCount--;
    if (openCount === 0) whenClosed?.();
  }
  send(count) {
    const { transport } = this;
    transport.beginBurst();
    for (let index = 0; index < count; index++) transport.writeMessage(prepared);
    transport.endBurst();
    sent += count;
  }
}

class CodecListener extends BareListener {
  sequence = 1;
  constructor(connectionId) {
    super();
    this.connectionId = connectionId;
  }
  takeKnownMessage(view, start, end) {
    if (codec.matchKnown(view, start, end, this.connectionId) === 0) return false;
    this.answered++;
    return true;
  }
  send(count) {
    const { transport, connectionId } = this;
    transport.beginBurst();
    for (let index = 0; index < count; index++) transport.writeMessage(codec.encode(connectionId, this.sequence++));
    transport.endBurst();
    sent += count;
  }
}

const listeners = Array.from({ length: connections }, (_, id) =>
  level === "codec" ? new CodecListener(id) : new BareListener(),
);
for (const listener of listeners) listener.transport = openTransport(listener);

function start() {
  for (const listener of listeners) listener.send(inFlight);
  setTimeout(end, seconds * 1000);
}

async function end() {
  isStopping = true;
  const closed = new Promise((resolve) => (whenClosed = resolve));
  for (const listener of listeners) listener.transport.close(1000, "");
  await closed;
  process.stdout.write(`${JSON.stringify({ sent, received, unknown })}\n`);
}
