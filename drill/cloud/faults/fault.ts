/** What `POST /faults` asks for: a kind, and what that kind needs. */
export interface Fault {
  readonly kind: string;
  readonly [parameter: string]: unknown;
}

/** One kind of trouble that the cloud can bring about. */
export interface FaultKind<T extends Fault> {
  /** Problems of the parameters, all at once; empty: it may start. */
  check(fault: Fault): readonly string[];
  /** Brings the trouble about; the answer ends it. Both are quick and may be called in any order with others. */
  start(fault: T): ActiveFault | Promise<ActiveFault>;
}

export interface ActiveFault {
  end(): void | Promise<void>;
  /** How often it struck so far, where it can strike several times. */
  strikes?(): number;
}
