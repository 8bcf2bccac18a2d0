import { monotonicMs } from "../host/monotonic-clock.ts";
import type { ConnectPlan, LimitPlan } from "../plan/plan.ts";
import { openRawTransport } from "./raw-transport.ts";
import { loadWs, openWsTransport } from "./ws-transport.ts";
import { makeTransportContext } from "./transport-context.ts";
import type { Transport, TransportListener } from "./transport.ts";

/** How long a target may take to answer our close frame, milliseconds. */
const closeTimeoutMs = 3000;

/** Starts one connection, from `localAddress` unless the kernel is to choose, to `path` unless it is that of the URL. */
export type OpenTransport = (listener: TransportListener, localAddress?: string, path?: string) => Transport;

/**
 * The opener of one worker's connections: the `ws` package when compression is asked for, own framing otherwise.
 * `onWrite` is told of each write of messages to a socket; what `ws` writes is not told.
 * Throws a usage error for a URL, header or certificate that cannot be used.
 */
export function makeTransportOpener(
  plan: { readonly connect: ConnectPlan; readonly limits: LimitPlan },
  onWrite?: () => void,
): OpenTransport {
  const options = { connect: plan.connect, limits: plan.limits, closeTimeoutMs };
  const context = makeTransportContext(options, monotonicMs, onWrite);
  if (plan.connect.compress) loadWs();
  const open = plan.connect.compress ? openWsTransport : openRawTransport;
  return (listener, localAddress, path) => open(listener, context, localAddress, path);
}
