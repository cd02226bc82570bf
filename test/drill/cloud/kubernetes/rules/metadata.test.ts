import { describe } from "vitest";
import type { Fields } from "../../../../../drill/cloud/kubernetes/api/types/meta";
import { judge } from "../support/refusals";

const metadata = (more: Fields) => ({ apiVersion: "v1", kind: "ConfigMap", metadata: more });

describe("metadata", () => {
  judge([
    ["a finalizer without a domain", metadata({ finalizers: ["mine"] }), "metadata.finalizers[0] Invalid"],
    [
      "a finalizer that is no name",
      metadata({ finalizers: ["a b"] }),
      "metadata.finalizers Invalid",
      "metadata.finalizers[0] Invalid",
    ],
    [
      "an owner without a name",
      metadata({ ownerReferences: [{ apiVersion: "v1", kind: "Pod", uid: "1" }] }),
      "metadata.ownerReferences.name Invalid",
    ],
    [
      "two controllers",
      metadata({
        ownerReferences: ["a", "b"].map((name) => ({
          apiVersion: "v1",
          kind: "Pod",
          name,
          uid: name,
          controller: true,
        })),
      }),
      "metadata.ownerReferences Invalid",
    ],
    [
      "a generated name of upper case",
      metadata({ name: undefined, generateName: "Orders-" }),
      "metadata.generateName Invalid",
      "metadata.name Invalid",
    ],
    [
      "a budget's name with an underscore is taken",
      {
        apiVersion: "policy/v1",
        kind: "PodDisruptionBudget",
        metadata: { name: "Orders_1" },
        spec: { minAvailable: 1 },
      },
    ],
  ]);
});
