import type { Definition } from "../api/custom/definition";

/** A definition such as a shop might bring along, for the scenario that creates and deletes one. */
export function definitionOf(): Definition {
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: "upgradewindows.shop.example.com" },
    spec: {
      group: "shop.example.com",
      scope: "Namespaced",
      names: { plural: "upgradewindows", kind: "UpgradeWindow", shortNames: ["uw"] },
      versions: [
        {
          name: "v1",
          served: true,
          storage: true,
          subresources: { status: {} },
          schema: {
            openAPIV3Schema: {
              type: "object",
              required: ["spec"],
              properties: {
                spec: {
                  type: "object",
                  required: ["opens", "minutes"],
                  properties: {
                    opens: { type: "string" },
                    minutes: { type: "integer", minimum: 5, maximum: 480 },
                    strategy: { type: "string", enum: ["blue-green", "maintenance"], default: "blue-green" },
                    approver: { type: "string" },
                  },
                },
                status: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
              },
            },
          },
        },
      ],
    },
  };
}
