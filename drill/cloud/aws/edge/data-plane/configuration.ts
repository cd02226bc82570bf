import type { Target } from "../../../ports";

/** What the data plane is told. Plain data all of it: it goes over to another thread, and is made ready to run there. */
export interface Configuration {
  readonly listeners: readonly ListenerConfiguration[];
  readonly groups: readonly GroupConfiguration[];
}

export interface ListenerConfiguration {
  readonly settings: ListenerSettings;
  /** The names it may stand for; a server opened for any other is closed. */
  readonly hosts: readonly string[];
}

export interface GroupConfiguration {
  readonly settings: GroupSettings;
  readonly targets: readonly RegisteredTarget[];
}

/** A target with the number of its registration: the same process registered anew is another one. */
export interface RegisteredTarget extends Target {
  readonly registration: number;
}

export interface ListenerSettings {
  readonly arn: string;
  /** The port and the protocol that the outside would see. */
  readonly port: number;
  readonly protocol: "HTTP" | "HTTPS";
  /** By priority; the default rule last. */
  readonly rules: readonly Rule[];
  readonly idleSeconds: number;
  /** Rules of the firewall before it, by priority. */
  readonly firewall: readonly FirewallRule[];
}

export interface Rule {
  readonly arn: string;
  /** Infinity for the default rule. */
  readonly priority: number;
  readonly conditions: readonly Condition[];
  /** Host names that a condition names without wildcards. */
  readonly hosts: readonly string[];
  readonly action: Action;
}

/** One of the patterns, methods, pairs or ranges must fit. Patterns know `*` and `?`; ranges are such as 10.0.0.0/8. */
export type Condition =
  | { readonly kind: "host"; readonly patterns: readonly string[] }
  | { readonly kind: "path"; readonly patterns: readonly string[] }
  | { readonly kind: "header"; readonly name: string; readonly patterns: readonly string[] }
  | { readonly kind: "method"; readonly methods: readonly string[] }
  | { readonly kind: "query"; readonly pairs: readonly QueryPair[] }
  | { readonly kind: "source"; readonly ranges: readonly string[] };

export interface QueryPair {
  /** undefined: any. */
  readonly key: string | undefined;
  readonly pattern: string;
}

export type Action =
  | {
      readonly kind: "forward";
      readonly groups: readonly WeightedGroup[];
      readonly stickySeconds: number | undefined;
    }
  | { readonly kind: "fixed-response"; readonly status: number; readonly type: string; readonly body: string }
  | { readonly kind: "redirect"; readonly status: number; readonly location: Location };

export interface WeightedGroup {
  readonly arn: string;
  readonly weight: number;
}

/** Parts of the address a redirect leads to; `#{host}` and the like stand for parts of the request. */
export interface Location {
  readonly protocol: string;
  readonly host: string;
  readonly port: string;
  readonly path: string;
  readonly query: string;
}

/** A rule of a web ACL that can be run: what it looks for, and what it answers; undefined lets the request through. */
export interface FirewallRule {
  readonly statement: Statement;
  readonly answer: Blocked | undefined;
}

export type Statement =
  | { readonly kind: "not"; readonly statement: Statement }
  | { readonly kind: "and"; readonly statements: readonly Statement[] }
  | { readonly kind: "or"; readonly statements: readonly Statement[] }
  | {
      readonly kind: "byte-match";
      readonly part: RequestPart;
      readonly position: Position;
      readonly searchString: string;
      readonly lowerCase: boolean;
    };

export type RequestPart =
  | { readonly kind: "host" | "path" | "query" | "method" }
  | { readonly kind: "header"; readonly name: string };

export type Position = "EXACTLY" | "STARTS_WITH" | "ENDS_WITH" | "CONTAINS";

/** An answer the firewall gives in place of the load balancer. */
export interface Blocked {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface GroupSettings {
  readonly arn: string;
  readonly name: string;
  readonly healthCheck: HealthCheck;
  readonly slowStartSeconds: number;
  readonly deregistrationSeconds: number;
  readonly algorithm: "round_robin" | "least_outstanding_requests" | "weighted_random";
}

export interface HealthCheck {
  readonly enabled: boolean;
  readonly path: string;
  /** Another port than the target's own. */
  readonly port: number | undefined;
  /** Such as `200`, `200-299` or `200,302`. */
  readonly matcher: string;
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
}
