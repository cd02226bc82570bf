import { k8sIngressTls } from "../../../policies/security/rules/k8s-ingress-tls";
import { k8sNamespacePsaLabels } from "../../../policies/security/rules/k8s-namespace-psa-labels";
import { k8sNamespaceQuota } from "../../../policies/security/rules/k8s-namespace-quota";
import { k8sNamespaceSet } from "../../../policies/security/rules/k8s-namespace-set";
import { k8sNetBlockImds } from "../../../policies/security/rules/k8s-net-block-imds";
import { k8sNetDefaultDeny } from "../../../policies/security/rules/k8s-net-default-deny";
import { k8sNetNoAllowAll } from "../../../policies/security/rules/k8s-net-no-allow-all";
import { k8sSvcExposure } from "../../../policies/security/rules/k8s-svc-exposure";
import { rbacDangerousSubresources } from "../../../policies/security/rules/rbac-dangerous-subresources";
import { rbacNoBroadSubjects } from "../../../policies/security/rules/rbac-no-broad-subjects";
import { rbacNoClusterAdmin } from "../../../policies/security/rules/rbac-no-cluster-admin";
import { rbacNoEscalation } from "../../../policies/security/rules/rbac-no-escalation";
import { rbacNoWildcards } from "../../../policies/security/rules/rbac-no-wildcards";
import { rbacSecretsRead } from "../../../policies/security/rules/rbac-secrets-read";
import { proves, REMOVED } from "../cases";
import type { FakeResource } from "../harness";

const policy: FakeResource = {
  type: "kubernetes:networking.k8s.io/v1:NetworkPolicy",
  props: {
    metadata: { name: "orders", namespace: "shop" },
    spec: {
      podSelector: { matchLabels: { app: "orders" } },
      policyTypes: ["Ingress", "Egress"],
      ingress: [{ from: [{ podSelector: {} }] }],
      egress: [{ to: [{ ipBlock: { cidr: "10.0.0.0/8" } }] }],
    },
  },
};
const service: FakeResource = {
  type: "kubernetes:core/v1:Service",
  props: { metadata: { namespace: "shop" }, spec: { type: "ClusterIP" } },
};
const ingress: FakeResource = {
  type: "kubernetes:networking.k8s.io/v1:Ingress",
  props: { metadata: {}, spec: { tls: [{ hosts: ["shop.example"] }], rules: [{ host: "shop.example" }] } },
};
const role: FakeResource = {
  type: "kubernetes:rbac.authorization.k8s.io/v1:Role",
  props: { rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get", "list"] }] },
};
const binding: FakeResource = {
  type: "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
  props: {
    roleRef: { kind: "Role", name: "operator" },
    subjects: [{ kind: "Group", name: "shop-operators" }],
  },
};
const clusterBinding: FakeResource = {
  ...binding,
  type: "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding",
};
const LEVELS = "metadata.labels.[pod-security.kubernetes.io/enforce]";
const namespace: FakeResource = {
  type: "kubernetes:core/v1:Namespace",
  name: "shop",
  props: {
    metadata: {
      name: "shop",
      labels: {
        "pod-security.kubernetes.io/enforce": "restricted",
        "pod-security.kubernetes.io/warn": "restricted",
        "pod-security.kubernetes.io/audit": "restricted",
        "pod-security.kubernetes.io/enforce-version": "v1.33",
      },
    },
  },
};
const denyAll: FakeResource = {
  type: "kubernetes:networking.k8s.io/v1:NetworkPolicy",
  name: "deny-all",
  props: { metadata: { namespace: "shop" }, spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] } },
};
const quota: FakeResource = {
  type: "kubernetes:core/v1:ResourceQuota",
  name: "quota",
  props: { metadata: { namespace: "shop" } },
};
const limits: FakeResource = {
  type: "kubernetes:core/v1:LimitRange",
  name: "limits",
  props: { metadata: { namespace: "shop" } },
};
const chart: FakeResource = { type: "aws:s3/bucket:Bucket" };

proves({
  rule: k8sNetNoAllowAll,
  good: [policy],
  failing: [
    [{ "spec.ingress.0": {} }, /without "from" allows everybody/],
    [
      { "spec.egress.0.to": [{ ipBlock: { cidr: "0.0.0.0/0" } }] },
      /whole world is allowed \(0\.0\.0\.0\/0\)/,
    ],
    [{ "spec.egress.0.to": [{ ipBlock: { cidr: "::/0" } }] }, /::\/0/],
  ],
  boundary: [
    [{ "spec.egress.0.to": [{ ipBlock: { cidr: "0.0.0.0/0", except: ["169.254.169.254/32"] } }] }],
    [{ "spec.ingress.0.from": [] }, /allows everybody/],
    [{ "spec.ingress": [] }],
  ],
  unknown: ["spec.egress.0.to.0.ipBlock.cidr", "spec.ingress"],
});
proves({
  rule: k8sNetBlockImds,
  good: [policy],
  failing: [
    [{ "spec.egress.0.to.0.ipBlock": { cidr: "0.0.0.0/0" } }, /0\.0\.0\.0\/0 contains the metadata service/],
  ],
  boundary: [
    [{ "spec.egress.0.to.0.ipBlock": { cidr: "0.0.0.0/0", except: ["169.254.169.254/32"] } }],
    [{ "spec.egress.0.to.0.ipBlock": { cidr: "169.254.169.254/32" } }, /contains/],
    [{ "spec.egress.0.to.0.ipBlock": { cidr: "169.254.169.253/32" } }],
    [{ "spec.egress.0.to.0.ipBlock": { cidr: "169.254.0.0/16" } }, /contains/],
    [{ "spec.egress.0.to.0.ipBlock": { cidr: "0.0.0.0/0", except: ["10.0.0.0/8"] } }, /contains/],
  ],
  unknown: ["spec.egress.0.to.0.ipBlock.cidr"],
});
proves({
  rule: k8sSvcExposure,
  good: [service],
  failing: [
    [{ "spec.type": "NodePort" }, /opens every node/],
    [{ "spec.type": "LoadBalancer" }, /load balancer is public/],
    [{ "spec.externalIPs": ["203.0.113.7"] }, /External addresses/],
  ],
  boundary: [
    [
      {
        "spec.type": "LoadBalancer",
        "metadata.annotations": { "service.beta.kubernetes.io/aws-load-balancer-scheme": "internal" },
      },
    ],
    [{ "spec.externalIPs": [] }],
    [{ "spec.type": REMOVED }],
  ],
  unknown: ["spec.type", "spec.externalIPs"],
});
proves({
  rule: k8sIngressTls,
  good: [ingress],
  failing: [
    [{ "spec.tls": REMOVED }, /shop\.example is served without TLS/],
    [{ "spec.rules.0.host": "*.example" }, /not named exactly/],
    [{ "metadata.annotations": { "nginx.ingress.kubernetes.io/server-snippet": "x" } }, /snippet/],
  ],
  boundary: [
    [{ "spec.rules.0.host": "" }, /not named exactly/],
    [{ "spec.rules.0.host": "www.shop.example" }, /www\.shop\.example is served without/],
  ],
  unknown: ["spec.rules.0.host"],
});
proves({
  rule: k8sNamespaceSet,
  good: [service, policy],
  failing: [
    [{ "metadata.namespace": REMOVED }, /No namespace is set/],
    [{ "metadata.namespace": "default" }, /is default/],
    [{ "metadata.namespace": "kube-system" }, /is kube-system/],
  ],
  boundary: [
    [{ "metadata.namespace": "defaults" }],
    [{ type: "kubernetes:core/v1:Namespace", "metadata.namespace": REMOVED }],
  ],
  unknown: ["metadata.namespace"],
  other: chart,
});
proves({
  rule: k8sNamespacePsaLabels,
  good: [namespace],
  failing: [
    [
      { "metadata.labels": REMOVED },
      /enforce is not set/,
      /warn is not set/,
      /audit is not set/,
      /not pinned/,
    ],
    [{ [LEVELS]: "baseline" }, /enforce is baseline/],
  ],
  boundary: [
    [{ "metadata.labels.[pod-security.kubernetes.io/enforce-version]": "latest" }, /not pinned/],
    [{ "metadata.labels.[pod-security.kubernetes.io/enforce-version]": "v1.9" }],
  ],
  unknown: [LEVELS],
});
proves({
  rule: rbacNoWildcards,
  good: [role],
  failing: [
    [{ "rules.0.verbs": ["*"] }, /verbs is a wildcard/],
    [{ "rules.0.resources": ["pods/*"], "rules.0.apiGroups": ["*"] }, /apiGroups/, /resources/],
  ],
  boundary: [[{ "rules.0.apiGroups": [""] }]],
  unknown: ["rules.0.verbs", "rules"],
});
proves({
  rule: rbacNoClusterAdmin,
  good: [clusterBinding, binding],
  failing: [
    [{ "roleRef.name": "cluster-admin" }, /cluster-admin is bound/],
    [{ "#1.roleRef.name": "cluster-admin" }, /cluster-admin/],
    [{ "roleRef.name": "edit" }, /edit is bound/],
  ],
  boundary: [[{ "#1.roleRef.name": "edit" }], [{ "roleRef.name": "view" }]],
  unknown: ["roleRef.name"],
});
proves({
  rule: rbacNoEscalation,
  good: [role],
  failing: [[{ "rules.0.verbs": ["escalate", "impersonate"] }, /escalate/, /impersonate/]],
  boundary: [[{ "rules.0.verbs": ["bind"] }, /bind/], [{ "rules.0.verbs": ["binding"] }]],
  unknown: ["rules.0.verbs"],
});
proves({
  rule: rbacSecretsRead,
  good: [role],
  failing: [
    [{ "rules.0.resources": ["secrets"] }, /Secrets can be read \(get, list\)/],
    [
      {
        type: "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole",
        "rules.0.resources": ["secrets"],
        "rules.0.resourceNames": ["a"],
      },
      /can be read/,
    ],
  ],
  boundary: [
    [{ "rules.0.resources": ["secrets"], "rules.0.verbs": ["get"], "rules.0.resourceNames": ["a"] }],
    [{ "rules.0.resources": ["secrets"], "rules.0.verbs": ["create"] }],
    [
      { "rules.0.resources": ["secrets"], "rules.0.verbs": ["get"], "rules.0.resourceNames": [] },
      /can be read/,
    ],
  ],
  unknown: ["rules.0.resources"],
});
proves({
  rule: rbacDangerousSubresources,
  good: [role],
  failing: [
    [{ "rules.0": { apiGroups: [""], resources: ["pods/exec"], verbs: ["create"] } }, /pods\/exec is opened/],
    [
      { "rules.0": { apiGroups: [""], resources: ["serviceaccounts/token"], verbs: ["*"] } },
      /token is opened/,
    ],
  ],
  boundary: [
    [{ "rules.0": { apiGroups: [""], resources: ["pods/log"], verbs: ["get"] } }],
    [{ "rules.0": { apiGroups: [""], resources: ["persistentvolumes"], verbs: ["get"] } }],
  ],
  unknown: ["rules.0.resources"],
});
proves({
  rule: rbacNoBroadSubjects,
  good: [binding],
  failing: [
    [
      { "subjects.0": { kind: "Group", name: "system:authenticated" } },
      /system:authenticated is given rights/,
    ],
    [{ "subjects.0": { kind: "ServiceAccount", name: "default" } }, /default is given/],
  ],
  boundary: [
    [{ "subjects.0": { kind: "ServiceAccount", name: "defaults" } }],
    [{ "subjects.0": { kind: "User", name: "system:anonymous" } }, /anonymous/],
  ],
  unknown: ["subjects.0.name"],
});
proves({
  rule: k8sNetDefaultDeny,
  good: [namespace, denyAll],
  failing: [[[namespace], /Traffic that no policy allows/]],
  boundary: [
    [{ "#1.spec.policyTypes": ["Ingress"] }, /Traffic that no policy/],
    [{ "#1.metadata.namespace": "other" }, /Traffic/],
    [{ "#1.spec.podSelector.matchLabels": { app: "x" } }, /Traffic/],
  ],
  unknown: ["metadata.name"],
});
proves({
  rule: k8sNamespaceQuota,
  good: [namespace, quota, limits],
  failing: [[[namespace], /no ResourceQuota/, /no LimitRange/]],
  boundary: [[{ "#1.metadata.namespace": "other" }, /no ResourceQuota/]],
  unknown: ["metadata.name"],
});
