import type { FaultyReceiver, FaultyReceivers } from "../collected-connections.ts";

/** How many receivers are named. */
const mostNamed = 10;

/** What went wrong at each receiver of a broadcast, so that a single bad one among thousands can be named. */
export class ReceiverFaults {
  /** By receiver of this worker. */
  readonly lost: Uint32Array;
  readonly duplicated: Uint32Array;
  readonly reordered: Uint32Array;
  readonly misrouted: Uint32Array;

  constructor(receivers: number) {
    this.lost = new Uint32Array(receivers);
    this.duplicated = new Uint32Array(receivers);
    this.reordered = new Uint32Array(receivers);
    this.misrouted = new Uint32Array(receivers);
  }

  /** How many receivers had any, and the worst of them. `placeOf` names a receiver. */
  summary(placeOf: (receiver: number) => Pick<FaultyReceiver, "connection" | "room">): FaultyReceivers {
    const faulty: FaultyReceiver[] = [];
    for (let receiver = 0; receiver < this.lost.length; receiver += 1) {
      const faults = {
        lost: this.lost[receiver]!,
        duplicated: this.duplicated[receiver]!,
        reordered: this.reordered[receiver]!,
        misrouted: this.misrouted[receiver]!,
      };
      if (faultsOf(faults) > 0) faulty.push({ ...placeOf(receiver), ...faults });
    }
    return { count: faulty.length, worst: worstReceivers(faulty) };
  }
}

/** Those with most faults, the worst first; of equal ones the lowest number. */
export function worstReceivers(receivers: readonly FaultyReceiver[]): readonly FaultyReceiver[] {
  return [...receivers].sort((a, b) => faultsOf(b) - faultsOf(a) || a.connection - b.connection).slice(0, mostNamed);
}

function faultsOf(faults: Pick<FaultyReceiver, "lost" | "duplicated" | "reordered" | "misrouted">): number {
  return faults.lost + faults.duplicated + faults.reordered + faults.misrouted;
}
