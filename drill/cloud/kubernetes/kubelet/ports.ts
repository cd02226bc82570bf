/** The pod a container belongs to, for those who decide on its surroundings. */
export interface PodIdentity {
  readonly namespace: string;
  readonly name: string;
  readonly serviceAccount: string | undefined;
  readonly images: readonly string[];
}

/** Where the addresses of Services lead. */
export interface ServiceResolver {
  /** Loopback `HOST:PORT` for a port of a Service, which need not exist yet. */
  addressOf(namespace: string, service: string, port: number): string;
}

/** Mischief for drills. */
export interface PodFaults {
  environmentFor(pod: PodIdentity): Readonly<Record<string, string>>;
  /** Milliseconds by which the pod seems unready longer than it is. */
  readinessDelay(pod: PodIdentity): number;
  /** Whether the pod's log is to be read line by line. */
  watchesLog(pod: PodIdentity): boolean;
  /** Whether the pod is to be killed because of this line. Counts. */
  killsOn(pod: PodIdentity, line: string): boolean;
}
