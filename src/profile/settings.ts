import type { MessageTemplate } from "../plan/message-template.ts";
import type {
  ConnectionCount,
  ConnectPlan,
  DrainPlan,
  EnvironmentChoice,
  LimitPlan,
  Load,
  MixPlan,
  Mode,
  PacingPlan,
  Plan,
  QueuePlan,
  StreamPlan,
} from "../plan/plan.ts";

/** What was asked for, all layers resolved and every text read: the input of make-plan.ts. */
export interface Settings {
  /** Name of the profile, `"(flags)"` when there is none. */
  readonly profile: string;
  readonly title: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly environment: EnvironmentChoice;
  readonly mode: Mode;
  /** Null to have one chosen. */
  readonly seed: number | null;
  readonly workers: number;
  readonly message: {
    readonly sizeBytes: number;
    readonly frameType: "text" | "binary";
    readonly template: MessageTemplate;
    /** Null where all messages are of one size and kind. */
    readonly mix: MixPlan | null;
  };
  /** Null in every mode but push. */
  readonly stream: StreamPlan | null;
  readonly connect: ConnectPlan;
  readonly pacing: PacingPlan;
  readonly limits: LimitPlan;
  readonly drain: DrainPlan;
  readonly warmupMs: number;
  /** In time order, at least one. */
  readonly stages: readonly StageSettings[];
  readonly scaling: Plan["scaling"];
  /** Null in any other mode than broadcast. */
  readonly broadcast: BroadcastSettings | null;
  /** Null in any other mode than queue. */
  readonly queue: QueuePlan | null;
  /** So many connections are told one by one; null where none has figures of its own. */
  readonly connectionRows: number | null;
  /** How to name a setting in a message: `--size`, or `profiles/ci.yaml:12: size`. */
  nameOf(setting: string): string;
  /** Nobody set it: neither a profile nor a flag. */
  isDefault(setting: string): boolean;
}

/** Who publishes to whom, before the number of connections is known. */
export interface BroadcastSettings {
  readonly rooms: number;
  readonly publishers: PublisherCount;
  readonly excludesPublisher: boolean;
  readonly guardMs: number;
}

/** How many connections of each room publish. */
export type PublisherCount = ConnectionCount;

/** One part of the run. */
export interface StageSettings {
  readonly name: string;
  readonly durationMs: number;
  readonly load: Load;
  readonly connections: number;
  /** Null for as many as the load gives. */
  readonly maxMessages: number | null;
}
