import type { Definition } from "../definition";
import type { StructuralSchema } from "../structural-schema";

const SELECTOR: StructuralSchema = {
  type: "object",
  "x-kubernetes-map-type": "atomic",
  properties: {
    matchLabels: { type: "object", additionalProperties: { type: "string" } },
    matchExpressions: {
      type: "array",
      items: {
        type: "object",
        required: ["key", "operator"],
        properties: {
          key: { type: "string" },
          operator: { type: "string" },
          values: { type: "array", items: { type: "string" } },
        },
      },
    },
  },
};

const NETWORKING: StructuralSchema = {
  type: "object",
  properties: {
    ingress: {
      type: "array",
      items: {
        type: "object",
        required: ["from", "ports"],
        properties: {
          from: {
            type: "array",
            items: {
              type: "object",
              properties: {
                ipBlock: { type: "object", required: ["cidr"], properties: { cidr: { type: "string" } } },
                securityGroup: {
                  type: "object",
                  required: ["groupID"],
                  properties: { groupID: { type: "string" } },
                },
              },
            },
          },
          ports: {
            type: "array",
            items: {
              type: "object",
              properties: {
                port: { "x-kubernetes-int-or-string": true },
                protocol: { type: "string", enum: ["TCP", "UDP"] },
              },
            },
          },
        },
      },
    },
  },
};

/** The AWS Load Balancer Controller's binding of a target group to the ready pods of a Service. */
export const TARGET_GROUP_BINDING: Definition = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "targetgroupbindings.elbv2.k8s.aws" },
  spec: {
    group: "elbv2.k8s.aws",
    scope: "Namespaced",
    names: { plural: "targetgroupbindings", singular: "targetgroupbinding", kind: "TargetGroupBinding" },
    versions: [
      {
        name: "v1beta1",
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: "object",
            properties: {
              spec: {
                type: "object",
                required: ["serviceRef"],
                properties: {
                  targetGroupARN: { type: "string" },
                  targetGroupName: { type: "string" },
                  targetType: { type: "string", enum: ["instance", "ip"] },
                  ipAddressType: { type: "string", enum: ["ipv4", "ipv6"] },
                  vpcID: { type: "string", pattern: "^vpc-[0-9a-f]{8,17}$" },
                  multiClusterTargetGroup: { type: "boolean" },
                  iamRoleArnToAssume: { type: "string" },
                  assumeRoleExternalId: { type: "string" },
                  targetGroupProtocol: {
                    type: "string",
                    enum: ["HTTP", "HTTPS", "TCP", "TLS", "UDP", "TCP_UDP"],
                  },
                  nodeSelector: SELECTOR,
                  networking: NETWORKING,
                  serviceRef: {
                    type: "object",
                    required: ["name", "port"],
                    properties: { name: { type: "string" }, port: { "x-kubernetes-int-or-string": true } },
                  },
                },
              },
              status: {
                type: "object",
                properties: { observedGeneration: { type: "integer", format: "int64" } },
              },
            },
          },
        },
      },
    ],
  },
};
