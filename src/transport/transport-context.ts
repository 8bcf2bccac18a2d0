import { isIP, type LookupFunction } from "node:net";
import { createSecureContext, type SecureContext } from "node:tls";
import { usageError } from "../errors/floodgate-error.ts";
import type { TlsPlan } from "../plan/plan.ts";
import { frameMemory, type FrameMemory } from "../wire/frame-memory.ts";
import { upgradeRequest } from "../wire/handshake.ts";
import { MaskKeys } from "../wire/mask-keys.ts";
import { Outbox } from "./outbox.ts";
import { makeSharedLookup } from "./shared-lookup.ts";
import type { TransportOptions } from "./transport.ts";

const readBytes = 64 * 1024;

/** What all transports of one thread share. */
export interface TransportContext {
  readonly options: TransportOptions;
  readonly url: URL;
  /** As the socket wants it: an IPv6 address without brackets. */
  readonly host: string;
  readonly port: number;
  /** Finds the addresses of the host, when it is a name. */
  readonly lookup: LookupFunction;
  /** Undefined for ws://. */
  readonly tls: SharedTls | undefined;
  /** Every socket reads into this one; what it holds is dealt with before the next read. */
  readonly readMemory: FrameMemory;
  readonly outbox: Outbox;
  readonly maskKeys: MaskKeys;
  /** The head of the upgrade request for a key, with another path than the URL's when one is given. */
  readonly request: (key: string, path?: string) => string;
  /** Monotonic, milliseconds with fractions. */
  readonly nowMs: () => number;
  /** Told of each write of messages to a socket; several may share one. */
  readonly onWrite: () => void;
}

export interface SharedTls {
  readonly secureContext: SecureContext;
  /** Undefined when the host is an address: SNI carries names only. */
  readonly servername: string | undefined;
  readonly rejectUnauthorized: boolean;
}

/**
 * Made once per thread. Throws a usage error for a URL, header or certificate that cannot be used.
 */
export function makeTransportContext(
  options: TransportOptions,
  nowMs: () => number,
  onWrite: () => void = () => undefined,
): TransportContext {
  const { connect } = options;
  const url = parseTargetUrl(connect.url);
  const host = url.hostname.startsWith("[") ? url.hostname.slice(1, -1) : url.hostname;
  const isSecure = url.protocol === "wss:";
  return {
    options,
    url,
    host,
    port: url.port === "" ? (isSecure ? 443 : 80) : Number(url.port),
    lookup: makeSharedLookup(nowMs),
    tls: isSecure ? sharedTls(connect.tls, host) : undefined,
    readMemory: frameMemory(Buffer.allocUnsafeSlow(readBytes)),
    outbox: new Outbox(),
    maskKeys: new MaskKeys(),
    request: upgradeRequest({ url, headers: connect.headers, subprotocols: connect.subprotocols }),
    nowMs,
    onWrite,
  };
}

function parseTargetUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== "ws:" && url.protocol !== "wss:") || url.hostname === "") {
    throw usageError(`"${text}" is not a WebSocket URL.`, "Write ws://host:port/path or wss://host/path.");
  }
  return url;
}

function sharedTls(plan: TlsPlan, host: string): SharedTls {
  try {
    const secureContext = createSecureContext({
      ...(plan.caPem === null ? {} : { ca: plan.caPem }),
      ...(plan.certPem === null ? {} : { cert: plan.certPem }),
      ...(plan.keyPem === null ? {} : { key: plan.keyPem }),
    });
    return { secureContext, servername: isIP(host) === 0 ? host : undefined, rejectUnauthorized: !plan.insecure };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw usageError(`The TLS certificate or key cannot be used: ${reason}.`, "Check --ca, --cert and --key.", error);
  }
}
