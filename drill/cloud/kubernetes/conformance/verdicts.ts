import { type Answer, ApiServer, type Reference } from "../api/server";
import { ApiError, type Cause } from "../api/status";
import { type Fields, isFields, type KubernetesObject } from "../api/types/meta";
import { mergePatch, same } from "../api/values/json";

/** One request and the answer of a real API server; see the README beside the recorded verdicts. */
export interface Entry {
  readonly name: string;
  readonly operation: "create" | "update" | "patch" | "delete";
  readonly namespaceLabels?: Record<string, string>;
  readonly needs?: readonly string[];
  readonly object: Fields;
  readonly verdict: "accepted" | "rejected";
  readonly status: number;
  readonly reason?: string;
  readonly message?: string;
  readonly causes?: readonly Cause[];
  readonly warnings?: readonly string[];
  readonly defaulted?: unknown;
  readonly applied?: Partial<Entry>;
}

export interface Agreement {
  readonly verdict: boolean;
  readonly causes: boolean;
  readonly warnings: boolean;
  readonly defaulted: boolean;
  readonly texts: boolean;
  /** What was answered, for a person who looks for the difference. */
  readonly answered: unknown;
}

const WRITER = { fieldManager: "test", fieldValidation: "Strict" } as const;

/** Judges an entry with a fresh API server. @param apply create by server-side apply instead of by POST */
export function judge(entry: Entry, all: ReadonlyMap<string, Entry>, apply: boolean): Agreement {
  const expected: Entry = apply && entry.applied !== undefined ? laidOver(entry, entry.applied) : entry;
  const server = new ApiServer();
  const needs = (entry.needs ?? []).map(
    (name) => expand(all.get(name)?.object) as unknown as KubernetesObject,
  );
  const object = expand(entry.object) as unknown as KubernetesObject;
  if (![object, ...needs].some(({ kind, metadata }) => kind === "Namespace" && metadata.name === "orders")) {
    server.create(namespace(entry.namespaceLabels));
  }
  try {
    for (const each of needs) create(server, each, apply);
    const answer = send(server, entry.operation, object, apply);
    return compareAccepted(expected, answer, object);
  } catch (problem) {
    if (!(problem instanceof ApiError)) throw problem;
    return compareRejected(expected, problem);
  }
}

function send(
  server: ApiServer,
  operation: Entry["operation"],
  object: KubernetesObject,
  apply: boolean,
): Answer {
  const reference: Reference = { ...object, ...object.metadata };
  switch (operation) {
    case "create":
      return create(server, object, apply);
    case "update":
      return server.apply(object, { ...WRITER, force: true });
    case "patch":
      return server.patch(reference, object, WRITER);
    default:
      return server.delete(reference);
  }
}

function create(server: ApiServer, object: KubernetesObject, apply: boolean): Answer {
  return apply ? server.apply(object, { ...WRITER, force: true }) : server.create(object, WRITER);
}

function compareAccepted(
  expected: Entry,
  { status, object, warnings }: Answer,
  sent: KubernetesObject,
): Agreement {
  const wanted = mergePatch(sent, expected.defaulted ?? {}) as Fields;
  const stored = comparable(object, wanted);
  const accepted = expected.verdict === "accepted";
  return {
    verdict: accepted && expected.status === status,
    causes: accepted,
    warnings: accepted && (expected.warnings ?? []).length === warnings.length,
    defaulted: accepted && (expected.operation === "delete" || same(stored, withoutVersion(wanted))),
    texts: accepted && same([...warnings].sort(), [...(expected.warnings ?? [])].sort()),
    answered: { status, warnings, stored },
  };
}

function compareRejected(expected: Entry, problem: ApiError): Agreement {
  const rejected = expected.verdict === "rejected";
  const pair = ({ field, type }: Cause): string => `${field} ${type}`;
  const sets = [expected.causes ?? [], problem.causes].map((causes) => [...new Set(causes.map(pair))].sort());
  return {
    verdict: rejected && expected.status === problem.code && (expected.reason ?? "") === problem.reason,
    causes: rejected && same(sets[0], sets[1]),
    warnings: rejected && (expected.warnings ?? []).length === problem.warnings.length,
    defaulted: rejected,
    texts: rejected && hideUids(problem.message) === (expected.message ?? ""),
    answered: {
      status: problem.code,
      reason: problem.reason,
      message: problem.message,
      causes: problem.causes,
    },
  };
}

/** Where the verdict of an apply differs, what belongs to the other verdict falls away. */
function laidOver(entry: Entry, applied: Partial<Entry>): Entry {
  if (applied.verdict === undefined || applied.verdict === entry.verdict) return { ...entry, ...applied };
  const { name, operation, object, needs, namespaceLabels } = entry;
  const kept = {
    name,
    operation,
    object,
    ...(needs === undefined ? {} : { needs }),
    ...(namespaceLabels === undefined ? {} : { namespaceLabels }),
  };
  return { ...kept, verdict: applied.verdict, status: 0, ...applied };
}

function namespace(labels: Record<string, string> | undefined): KubernetesObject {
  return {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: "orders", ...(labels === undefined ? {} : { labels }) },
  };
}

/** `{"$repeat": [text, count]}` stands for a long text. */
function expand(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(expand);
  if (!isFields(value)) return value;
  const repeat = value.$repeat;
  if (Array.isArray(repeat)) return String(repeat[0]).repeat(Number(repeat[1]));
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, expand(inner)]));
}

/** The stored object without what differs from server to server. */
function comparable(object: KubernetesObject, wanted: Fields): unknown {
  const uid = object.metadata.uid ?? "-";
  const plain = JSON.parse(JSON.stringify(object).replaceAll(uid, "<uid>")) as Fields;
  const metadata = { ...(plain.metadata as Fields) };
  for (const key of ["uid", "resourceVersion", "creationTimestamp", "managedFields", "deletionTimestamp"])
    delete metadata[key];
  const { status: _status, ...rest } = plain;
  const spec = rest.spec;
  const wantedSpec = wanted.spec;
  if (isFields(spec) && isFields(wantedSpec) && wantedSpec.clusterIP === "<assigned>") {
    Object.assign(spec, { clusterIP: "<assigned>", clusterIPs: ["<assigned>"] });
  }
  return { ...rest, metadata };
}

function withoutVersion(wanted: Fields): Fields {
  const { resourceVersion: _version, ...metadata } = wanted.metadata as Fields;
  return { ...wanted, metadata };
}

const UID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

function hideUids(text: string): string {
  return text.replace(UID, "<uid>");
}
