import type { Definition } from "../definition";
import type { StructuralSchema } from "../structural-schema";

const TEXTS: StructuralSchema = { type: "object", additionalProperties: { type: "string" } };
const LIST_OF_TEXTS: StructuralSchema = { type: "array", items: { type: "string" } };
const DURATION: StructuralSchema = {
  type: "string",
  pattern: "^(0|(([0-9]+)y)?(([0-9]+)w)?(([0-9]+)d)?(([0-9]+)h)?(([0-9]+)m)?(([0-9]+)s)?(([0-9]+)ms)?)$",
};
const OPEN: StructuralSchema = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
const SELECTOR: StructuralSchema = {
  type: "object",
  "x-kubernetes-map-type": "atomic",
  properties: {
    matchLabels: TEXTS,
    matchExpressions: {
      type: "array",
      items: {
        type: "object",
        required: ["key", "operator"],
        properties: { key: { type: "string" }, operator: { type: "string" }, values: LIST_OF_TEXTS },
      },
    },
  },
};

function definition(kind: string, plural: string, spec: StructuralSchema): Definition {
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.monitoring.coreos.com` },
    spec: {
      group: "monitoring.coreos.com",
      scope: "Namespaced",
      names: { plural, singular: kind.toLowerCase(), kind },
      versions: [
        {
          name: "v1",
          served: true,
          storage: true,
          subresources: { status: {} },
          schema: {
            openAPIV3Schema: { type: "object", required: ["spec"], properties: { spec, status: OPEN } },
          },
        },
      ],
    },
  };
}

/** Alerts and recorded series of the Prometheus operator. */
export const PROMETHEUS_RULE: Definition = definition("PrometheusRule", "prometheusrules", {
  type: "object",
  properties: {
    groups: {
      type: "array",
      "x-kubernetes-list-type": "map",
      "x-kubernetes-list-map-keys": ["name"],
      items: {
        type: "object",
        required: ["name"],
        properties: {
          name: { type: "string", minLength: 1 },
          interval: DURATION,
          query_offset: DURATION,
          limit: { type: "integer" },
          labels: TEXTS,
          partial_response_strategy: { type: "string", pattern: "^(?i)(abort|warn)?$" },
          rules: {
            type: "array",
            items: {
              type: "object",
              required: ["expr"],
              properties: {
                alert: { type: "string" },
                record: { type: "string" },
                expr: { "x-kubernetes-int-or-string": true },
                for: DURATION,
                keep_firing_for: { ...DURATION, minLength: 1 },
                labels: TEXTS,
                annotations: TEXTS,
              },
            },
          },
        },
      },
    },
  },
});

const RELABELLING: StructuralSchema = {
  type: "array",
  items: {
    type: "object",
    properties: {
      sourceLabels: LIST_OF_TEXTS,
      separator: { type: "string" },
      targetLabel: { type: "string" },
      regex: { type: "string" },
      modulus: { type: "integer", format: "int64" },
      replacement: { type: "string" },
      action: {
        type: "string",
        default: "replace",
        enum: [
          ...[
            "replace",
            "Replace",
            "keep",
            "Keep",
            "drop",
            "Drop",
            "hashmod",
            "HashMod",
            "labelmap",
            "LabelMap",
          ],
          ...[
            "labeldrop",
            "LabelDrop",
            "labelkeep",
            "LabelKeep",
            "lowercase",
            "Lowercase",
            "uppercase",
            "Uppercase",
          ],
          ...["keepequal", "KeepEqual", "dropequal", "DropEqual"],
        ],
      },
    },
  },
};

/** One endpoint that is scraped. */
const ENDPOINT: StructuralSchema = {
  type: "object",
  properties: {
    port: { type: "string" },
    targetPort: { "x-kubernetes-int-or-string": true },
    path: { type: "string" },
    scheme: { type: "string", enum: ["http", "https"] },
    params: { type: "object", additionalProperties: LIST_OF_TEXTS },
    interval: DURATION,
    scrapeTimeout: DURATION,
    honorLabels: { type: "boolean" },
    honorTimestamps: { type: "boolean" },
    followRedirects: { type: "boolean" },
    enableHttp2: { type: "boolean" },
    filterRunning: { type: "boolean" },
    trackTimestampsStaleness: { type: "boolean" },
    proxyUrl: { type: "string" },
    tlsConfig: OPEN,
    authorization: OPEN,
    basicAuth: OPEN,
    oauth2: OPEN,
    bearerTokenFile: { type: "string" },
    bearerTokenSecret: OPEN,
    relabelings: RELABELLING,
    metricRelabelings: RELABELLING,
  },
};

const SCRAPED: Readonly<Record<string, StructuralSchema>> = {
  jobLabel: { type: "string" },
  podTargetLabels: LIST_OF_TEXTS,
  selector: SELECTOR,
  namespaceSelector: {
    type: "object",
    properties: { any: { type: "boolean" }, matchNames: LIST_OF_TEXTS },
  },
  sampleLimit: { type: "integer", format: "int64" },
  targetLimit: { type: "integer", format: "int64" },
  labelLimit: { type: "integer", format: "int64" },
  scrapeClass: { type: "string", minLength: 1 },
  attachMetadata: { type: "object", properties: { node: { type: "boolean" } } },
};

/** Which Services Prometheus scrapes, and how. */
export const SERVICE_MONITOR: Definition = definition("ServiceMonitor", "servicemonitors", {
  type: "object",
  required: ["endpoints", "selector"],
  properties: { ...SCRAPED, targetLabels: LIST_OF_TEXTS, endpoints: { type: "array", items: ENDPOINT } },
});

/** Which Pods without a Service Prometheus scrapes, and how. */
export const POD_MONITOR: Definition = definition("PodMonitor", "podmonitors", {
  type: "object",
  required: ["podMetricsEndpoints", "selector"],
  properties: { ...SCRAPED, podMetricsEndpoints: { type: "array", items: ENDPOINT } },
});
