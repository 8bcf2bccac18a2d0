import { connect as connectTcp, isIP, type OnReadOpts, type Socket, type TcpSocketConnectOpts } from "node:net";
import { connect as connectTls, type ConnectionOptions } from "node:tls";
import type { TransportContext } from "./transport-context.ts";

/** A TCP attempt to one of several addresses gets this share of the whole time before the next address is tried. */
const addressShare = 0.25;

/** What TLS sockets take as well, though their types do not say so. */
type SocketOptions = Pick<
  TcpSocketConnectOpts,
  "autoSelectFamilyAttemptTimeout" | "family" | "localAddress" | "lookup"
> & {
  readonly onread?: OnReadOpts;
};

/**
 * Begins a connection to the context's target, from `localAddress` unless the kernel is to choose. With `onRead`, each
 * read lands in the context's read memory and only its size is told; without, the socket is an ordinary stream.
 */
export function openSocket(
  context: TransportContext,
  localAddress: string | undefined,
  onRead?: (bytes: number) => boolean,
): Socket {
  const { host, port, tls, lookup, options } = context;
  const shared: SocketOptions = {
    lookup,
    autoSelectFamilyAttemptTimeout: Math.max(250, Math.floor(options.connect.timeoutMs * addressShare)),
    // A name may have addresses of both families: only those of the local one can be reached from it.
    ...(localAddress === undefined ? {} : { localAddress, family: isIP(localAddress) }),
    ...(onRead === undefined ? {} : { onread: { buffer: context.readMemory.bytes, callback: onRead } }),
  };
  if (tls === undefined) return connectTcp({ host, port, noDelay: true, ...shared });
  const { secureContext, servername, rejectUnauthorized } = tls;
  const secure: ConnectionOptions & SocketOptions = {
    host,
    port,
    secureContext,
    rejectUnauthorized,
    ALPNProtocols: ["http/1.1"],
    ...(servername === undefined ? {} : { servername }),
    ...shared,
  };
  const socket = connectTls(secure);
  socket.setNoDelay(true);
  return socket;
}
