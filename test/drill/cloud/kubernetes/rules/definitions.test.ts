import { describe } from "vitest";
import type { Fields } from "../../../../../drill/cloud/kubernetes/api/types/meta";
import { judge } from "../support/refusals";

const object = (properties: Fields, more: Fields = {}) => ({ type: "object", properties, ...more });
const version = (more: Fields = {}) => ({
  name: "v1",
  served: true,
  storage: true,
  schema: { openAPIV3Schema: object({}) },
  ...more,
});
const definition = (versions: readonly Fields[], names: Fields = {}, group = "shop.example") => ({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: `windows.${group}`, namespace: undefined },
  spec: { group, scope: "Namespaced", names: { plural: "windows", kind: "Window", ...names }, versions },
});
const schema = (property: Fields) =>
  definition([version({ schema: { openAPIV3Schema: object({ a: property }) } })]);
const A = "spec.validation.openAPIV3Schema.properties[a]";

describe("definitions", () => {
  judge([
    ["one that is right", definition([version()])],
    [
      "no version to store",
      definition([version({ storage: false })]),
      "spec.versions Invalid",
      "status.storedVersions Invalid",
    ],
    [
      "two versions to store",
      definition([version(), version({ name: "v2" })]),
      "spec.versions Invalid",
      "status.storedVersions Invalid",
    ],
    [
      "two versions of one name",
      definition([version(), version({ storage: false })]),
      "spec.versions Invalid",
    ],
    [
      "a kind with a blank",
      definition([version()], { kind: "My Window" }),
      "spec.names.kind Invalid",
      "spec.names.listKind Invalid",
      "spec.names.singular Invalid",
    ],
    [
      "a category in upper case",
      definition([version()], { categories: ["All"] }),
      "spec.names.categories[0] Invalid",
    ],
    [
      "a group of the project's own",
      definition([version()], {}, "shop.k8s.io"),
      "metadata.annotations[api-approved.kubernetes.io] Required",
    ],
    [
      "a column of nothing",
      definition([version({ additionalPrinterColumns: [{ name: "A", type: "text" }] })]),
      "spec.additionalPrinterColumns[0].JSONPath Required",
      "spec.additionalPrinterColumns[0].type Invalid",
    ],
    [
      "a scale of another field",
      definition([
        version({
          subresources: { scale: { specReplicasPath: ".status.a", statusReplicasPath: ".status.a" } },
        }),
      ]),
      "spec.subresources.scale.specReplicasPath Invalid",
    ],
    [
      "versions that differ are named each",
      definition([
        version(),
        version({ name: "v2", storage: false, schema: { openAPIV3Schema: object({ a: {} }) } }),
      ]),
      "spec.versions[1].schema.openAPIV3Schema.properties[a].type Required",
    ],
    ["a type that is none", schema({ type: "date" }), `${A}.type NotSupported`],
    ["a list of nothing", schema({ type: "array" }), `${A}.items Required`],
    ["a default of another type", schema({ type: "integer", default: "many" }), `${A}.default TypeInvalid`],
    [
      "a default that its own pattern refuses",
      schema({ type: "string", pattern: "^[a-z]+$", default: "A" }),
      `${A}.default Invalid`,
    ],
    [
      "a condition with a type",
      schema({ type: "string", anyOf: [{ type: "string" }] }),
      `${A}.anyOf[0].type Forbidden`,
    ],
    [
      "a number or a text, as it is written",
      schema({ "x-kubernetes-int-or-string": true, anyOf: [{ type: "integer" }, { type: "string" }] }),
    ],
    [
      "a list that merges by a field it does not have",
      schema({
        type: "array",
        items: object({}),
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["name"],
      }),
      `${A}.x-kubernetes-list-map-keys Invalid`,
    ],
    [
      "a list that merges by a field that may be absent",
      schema({
        type: "array",
        items: object({ name: { type: "string" } }),
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["name"],
      }),
      `${A}.items.properties[name].default Required`,
    ],
    [
      "a way to merge what is no list",
      schema({ type: "string", "x-kubernetes-list-type": "set" }),
      `${A}.type Invalid`,
    ],
    [
      "a rule without a text",
      schema({ type: "string", "x-kubernetes-validations": [{ rule: " " }] }),
      `${A}.x-kubernetes-validations[0].rule Required`,
    ],
    [
      "a reason that is none",
      schema({ type: "string", "x-kubernetes-validations": [{ rule: "self != ''", reason: "Odd" }] }),
      `${A}.x-kubernetes-validations[0].reason NotSupported`,
    ],
  ]);
});
