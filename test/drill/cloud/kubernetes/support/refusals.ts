import { expect, it } from "vitest";
import { ApiServer } from "../../../../../drill/cloud/kubernetes/api/server";
import { ApiError } from "../../../../../drill/cloud/kubernetes/api/status";
import type { Fields, KubernetesObject } from "../../../../../drill/cloud/kubernetes/api/types/meta";

/** Title, object, and `field type` of each cause, the type without `FieldValue`; none when the object is taken. */
export type Case = readonly [title: string, object: Fields, ...causes: string[]];

const container = { name: "app", image: "example.com/app:1" };

/** A pod with changes of its specification. */
export function pod(spec: Fields, metadata: Fields = {}): Fields {
  return { apiVersion: "v1", kind: "Pod", metadata, spec: { containers: [container], ...spec } };
}

/** A pod whose one container has changes. */
export function containing(changes: Fields, spec: Fields = {}): Fields {
  return pod({ ...spec, containers: [{ ...container, ...changes }] });
}

/** A Deployment with changes of its specification and of its pods'. */
export function deployment(spec: Fields, template: Fields = {}): Fields {
  const labels = { app: "a" };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [container], ...template } },
      ...spec,
    },
  };
}

export function job(spec: Fields, template: Fields = {}): Fields {
  const described = { spec: { containers: [container], restartPolicy: "Never", ...template } };
  return { apiVersion: "batch/v1", kind: "Job", spec: { template: described, ...spec } };
}

export function service(spec: Fields): Fields {
  return { apiVersion: "v1", kind: "Service", spec: { ports: [{ port: 80 }], ...spec } };
}

/** A server with the namespace `shop`. */
export function server(): ApiServer {
  const made = new ApiServer();
  made.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } });
  return made;
}

/** The object with the name `a` in the namespace `shop`, unless it says otherwise. */
export function placed(object: Fields): KubernetesObject {
  return {
    ...object,
    metadata: { name: "a", namespace: "shop", ...(object.metadata as Fields | undefined) },
  } as never;
}

/** What a server refuses: `field type` of each cause, sorted, each once. */
export function causesOf(made: ApiServer, object: Fields): string[] {
  try {
    made.create(placed(object));
    return [];
  } catch (problem) {
    if (!(problem instanceof ApiError)) throw problem;
    if (problem.reason !== "Invalid") throw problem;
    const pairs = problem.causes.map(({ field, type }) => `${field} ${type.replace("FieldValue", "")}`);
    return [...new Set(pairs)].sort();
  }
}

/** One test a case. */
export function judge(cases: readonly Case[]): void {
  it.each(cases.map(([title, object, ...causes]) => ({ title, object, causes })))(
    "$title",
    ({ object, causes }) => {
      expect(causesOf(server(), object)).toEqual([...causes].sort());
    },
  );
}
