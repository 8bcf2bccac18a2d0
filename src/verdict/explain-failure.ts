const ownResources = "this machine is out of ports, files or buffers, not the target";

/** What a kind of failure mostly means, by `<phase>/<kind>`; what stands under `<phase>/` is said of kinds without words of their own. */
const words: Readonly<Record<string, string>> = {
  "connect/refused": "nothing listens there",
  "connect/no-local-address": "--local-address wants addresses of this machine",
  "connect/no-local-port": ownResources,
  "connect/no-descriptors": ownResources,
  "connect/no-buffers": ownResources,
  "connect/dns": "the host name is not known",
  "connect/timeout": "no answer; the host is down, or something on the way drops packets",
  "connect/tls": "the certificate is not accepted; --ca names one to trust, -k accepts any",
  "connect/not-permitted": "this system does not permit it: a firewall, or a limit of the container",
  "handshake/timeout":
    "it takes connections but does not answer the upgrade; raise --connect-timeout or check the path",
  "handshake/not-http": "what listens there does not speak HTTP",
  "handshake/invalid-accept": "what listens there is not a WebSocket server",
  "handshake/closed": "it hung up during the handshake",
  "handshake/negotiation": "no agreement on a subprotocol or an extension",
  "handshake/status.200": "an ordinary web page, not a WebSocket endpoint; check the path",
  "handshake/status.400": "it takes the upgrade for a bad request; check the path and the headers",
  "handshake/status.401": "it wants a login; see --bearer and -H",
  "handshake/status.403": "it does not let us in; see --bearer and -H",
  "handshake/status.404": "there is no such path",
  "handshake/status.426": "it wants another protocol version",
  "handshake/status.429": "it limits the rate of connections; see --connect-rate",
  "handshake/status.502": "the proxy in front reaches no server",
  "handshake/status.503": "it takes no more connections, or is not ready",
  "handshake/status.504": "the proxy in front got no answer from its server",
  "open/not-ready": "what --ready waits for was not seen; see --first-message and --ready",
  "open/session-unknown": "asked for a session, it did not say in time whether it has it (reconnect.resume)",
  "close/abnormal": "the connection broke without a close frame",
  "protocol/": "the target broke the WebSocket protocol",
};

/** A failure whose own text names the mend; general words on its kind would only contradict it. */
const ownMend = "is the address meant to be";

/** A few words on what a failure of this code mostly means; null when its own text (`example`) must do. */
export function explainFailure({ code, example }: { readonly code: string; readonly example: string }): string | null {
  if (example.includes(ownMend)) return null;
  const phase = `${code.slice(0, code.indexOf("/"))}/`;
  if (Object.hasOwn(words, code)) return words[code] ?? null;
  return Object.hasOwn(words, phase) ? (words[phase] ?? null) : null;
}
