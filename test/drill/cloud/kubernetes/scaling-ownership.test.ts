import { describe, expect, it } from "vitest";
import { ApiServer } from "../../../../drill/cloud/kubernetes/api/server";
import { ApiError } from "../../../../drill/cloud/kubernetes/api/status";
import type { KubernetesObject } from "../../../../drill/cloud/kubernetes/api/types/meta";
import type { Deployment } from "../../../../drill/cloud/kubernetes/api/types/workloads";
import { deployment, placed } from "./support/refusals";

const PROGRAM = { fieldManager: "program" };
const AUTOSCALER = { fieldManager: "kube-controller-manager" };

/** A Deployment of two replicas that the program applied, and its reference. */
function started(): { server: ApiServer; reference: { name: string; namespace: string } & KubernetesObject } {
  const server = new ApiServer();
  server.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } });
  server.apply(placed(deployment({ replicas: 2 })), PROGRAM);
  return { server, reference: { ...placed(deployment({})), name: "a", namespace: "shop" } };
}

const replicas = (server: ApiServer): number | undefined =>
  server.get<Deployment>({ apiVersion: "apps/v1", kind: "Deployment", name: "a", namespace: "shop" }).spec
    .replicas;

/** Why a stop is refused; nothing when it is not. */
function stop(server: ApiServer): string {
  try {
    server.apply(placed(deployment({ replicas: 0 })), PROGRAM);
    return "";
  } catch (problem) {
    if (!(problem instanceof ApiError)) throw problem;
    return problem.message;
  }
}

describe("the number of replicas", () => {
  it("is the program's to bring to zero while nobody else has set it", () => {
    const { server } = started();
    expect(stop(server)).toBe("");
    expect(replicas(server)).toBe(0);
  });

  it("is not once an autoscaler has, nor when the autoscaler is gone", () => {
    const { server, reference } = started();
    server.scale(reference, 5, AUTOSCALER);
    expect(stop(server)).toContain('conflict with "kube-controller-manager"');
    expect(replicas(server)).toBe(5);
  });

  it("is not once an operator has scaled by hand", () => {
    const { server, reference } = started();
    server.scale(reference, 3, { fieldManager: "kubectl" });
    expect(stop(server)).toContain('conflict with "kubectl"');
  });

  it("stays theirs after the program has agreed to their number", () => {
    const { server, reference } = started();
    server.scale(reference, 5, AUTOSCALER);
    server.apply(placed(deployment({ replicas: 5 })), PROGRAM);
    expect(stop(server)).toContain('conflict with "kube-controller-manager"');
  });

  it("is nobody's in a Deployment that is made anew", () => {
    const { server, reference } = started();
    server.scale(reference, 5, AUTOSCALER);
    server.delete(reference);
    expect(stop(server)).toBe("");
    expect(replicas(server)).toBe(0);
  });
});
