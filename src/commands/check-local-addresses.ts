import { usageError } from "../errors/floodgate-error.ts";
import { whyNotBindable } from "../host/bind-address.ts";
import type { Plan } from "../plan/plan.ts";

/** Tries each local address once, so that a wrong one is told before anything is started. Throws a usage error. */
export async function checkLocalAddresses(plan: Plan): Promise<void> {
  const { localAddresses } = plan.connect;
  const most = Math.max(...plan.segments.map((segment) => segment.connections));
  // Connections take the addresses in turn: of a long list, few connections use only the beginning.
  for (const address of localAddresses.slice(0, most)) {
    const code = await whyNotBindable(address);
    if (code === null) continue;
    throw usageError(
      `--local-address: nothing can be sent from "${address}" (${code})`,
      code === "EADDRNOTAVAIL" ? "name addresses of this machine; `ip address` or `ifconfig` lists them" : undefined,
    );
  }
}
