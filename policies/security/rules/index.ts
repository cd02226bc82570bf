import type { Rule } from "../../frame/rule";
import { albHardened } from "./alb-hardened";
import { albHttpsOnly } from "./alb-https-only";
import { albTlsPolicy } from "./alb-tls-policy";
import { awsResourcePolicyNoStar } from "./aws-resource-policy-no-star";
import { awsSoftDeleteWindows } from "./aws-soft-delete-windows";
import { bkpCopyElsewhere } from "./bkp-copy-elsewhere";
import { bkpPlanRetention } from "./bkp-plan-retention";
import { bkpVaultCmk } from "./bkp-vault-cmk";
import { bkpVaultLock } from "./bkp-vault-lock";
import { bkpVaultPolicy } from "./bkp-vault-policy";
import { cwAlarmActions } from "./cw-alarm-actions";
import { cwLogCmk } from "./cw-log-cmk";
import { cwLogRetention } from "./cw-log-retention";
import { eksHardening } from "./eks-hardening";
import { iamDestructiveScoped } from "./iam-destructive-scoped";
import { iamNoAdminWildcard } from "./iam-no-admin-wildcard";
import { iamNoUsers } from "./iam-no-users";
import { iamResourcesNamed } from "./iam-resources-named";
import { iamTrustPolicy } from "./iam-trust-policy";
import { imgDigest } from "./img-digest";
import { imgEcrHardening } from "./img-ecr-hardening";
import { imgRegistryAllowList } from "./img-registry-allow-list";
import { k8sDedicatedServiceAccount } from "./k8s-dedicated-service-account";
import { k8sIngressTls } from "./k8s-ingress-tls";
import { k8sNamespacePsaLabels } from "./k8s-namespace-psa-labels";
import { k8sNamespaceQuota } from "./k8s-namespace-quota";
import { k8sNamespaceSet } from "./k8s-namespace-set";
import { k8sNetBlockImds } from "./k8s-net-block-imds";
import { k8sNetDefaultDeny } from "./k8s-net-default-deny";
import { k8sNetNoAllowAll } from "./k8s-net-no-allow-all";
import { k8sNoNakedPod } from "./k8s-no-naked-pod";
import { k8sNoOpaqueCharts } from "./k8s-no-opaque-charts";
import { k8sNoTokenAutomount } from "./k8s-no-token-automount";
import { k8sProbes } from "./k8s-probes";
import { k8sPssApparmor } from "./k8s-pss-apparmor";
import { k8sPssCapabilities } from "./k8s-pss-capabilities";
import { k8sPssHostNamespaces } from "./k8s-pss-host-namespaces";
import { k8sPssHostPorts } from "./k8s-pss-host-ports";
import { k8sPssHostProbes } from "./k8s-pss-host-probes";
import { k8sPssHostProcess } from "./k8s-pss-host-process";
import { k8sPssPrivilegeEscalation } from "./k8s-pss-privilege-escalation";
import { k8sPssPrivileged } from "./k8s-pss-privileged";
import { k8sPssProcMount } from "./k8s-pss-proc-mount";
import { k8sPssRunAsNonRoot } from "./k8s-pss-run-as-non-root";
import { k8sPssRunAsUser } from "./k8s-pss-run-as-user";
import { k8sPssSeccomp } from "./k8s-pss-seccomp";
import { k8sPssSelinux } from "./k8s-pss-selinux";
import { k8sPssSysctls } from "./k8s-pss-sysctls";
import { k8sPssVolumeTypes } from "./k8s-pss-volume-types";
import { k8sReadOnlyRootfs } from "./k8s-read-only-rootfs";
import { k8sResources } from "./k8s-resources";
import { k8sSvcExposure } from "./k8s-svc-exposure";
import { k8sTopologySpread } from "./k8s-topology-spread";
import { kmsRotation } from "./kms-rotation";
import { rbacDangerousSubresources } from "./rbac-dangerous-subresources";
import { rbacNoBroadSubjects } from "./rbac-no-broad-subjects";
import { rbacNoClusterAdmin } from "./rbac-no-cluster-admin";
import { rbacNoEscalation } from "./rbac-no-escalation";
import { rbacNoWildcards } from "./rbac-no-wildcards";
import { rbacSecretsRead } from "./rbac-secrets-read";
import { rdsBackupRetention } from "./rds-backup-retention";
import { rdsCopyTags } from "./rds-copy-tags";
import { rdsDeletionProtection } from "./rds-deletion-protection";
import { rdsEncryptedCmk } from "./rds-encrypted-cmk";
import { rdsFinalSnapshot } from "./rds-final-snapshot";
import { rdsIamAuth } from "./rds-iam-auth";
import { rdsInBackupPlan } from "./rds-in-backup-plan";
import { rdsLogs } from "./rds-logs";
import { rdsMinorUpgradeOwned } from "./rds-minor-upgrade-owned";
import { rdsMonitoring } from "./rds-monitoring";
import { rdsMultiAz } from "./rds-multi-az";
import { rdsNotPublic } from "./rds-not-public";
import { rdsSnapshotPrivate } from "./rds-snapshot-private";
import { rdsTlsRequired } from "./rds-tls-required";
import { s3EncryptionVersioning } from "./s3-encryption-versioning";
import { s3EvidenceObjectLock } from "./s3-evidence-object-lock";
import { s3NoForceDestroy } from "./s3-no-force-destroy";
import { s3PublicBlock } from "./s3-public-block";
import { s3TlsOnly } from "./s3-tls-only";
import { secDbManagedPassword } from "./sec-db-managed-password";
import { secNoLiteralSecrets } from "./sec-no-literal-secrets";
import { secSmCmk } from "./sec-sm-cmk";
import { secSmRotation } from "./sec-sm-rotation";
import { sgDbIngressByReference } from "./sg-db-ingress-by-reference";
import { sgDescription } from "./sg-description";
import { sgEgressScoped } from "./sg-egress-scoped";
import { sgNoWorldIngress } from "./sg-no-world-ingress";
import { snsEncrypted } from "./sns-encrypted";
import { snsPolicy } from "./sns-policy";
import { trailHardened } from "./trail-hardened";
import { wafAttached } from "./waf-attached";
import { wafRules } from "./waf-rules";

/** The rules of the pack, in the order of docs/policies.md. */
export const securityRules: readonly Rule[] = [
  k8sPssHostNamespaces,
  k8sPssPrivileged,
  k8sPssHostProcess,
  k8sPssCapabilities,
  k8sPssVolumeTypes,
  k8sPssHostPorts,
  k8sPssHostProbes,
  k8sPssApparmor,
  k8sPssSelinux,
  k8sPssProcMount,
  k8sPssSysctls,
  k8sPssPrivilegeEscalation,
  k8sPssRunAsNonRoot,
  k8sPssRunAsUser,
  k8sPssSeccomp,
  k8sReadOnlyRootfs,
  k8sResources,
  k8sProbes,
  k8sTopologySpread,
  k8sNoNakedPod,
  k8sNamespaceSet,
  k8sNamespacePsaLabels,
  k8sNoTokenAutomount,
  k8sDedicatedServiceAccount,
  k8sNoOpaqueCharts,
  k8sNetNoAllowAll,
  k8sNetBlockImds,
  k8sSvcExposure,
  k8sIngressTls,
  secNoLiteralSecrets,
  rbacNoWildcards,
  rbacNoClusterAdmin,
  rbacNoEscalation,
  rbacSecretsRead,
  rbacDangerousSubresources,
  rbacNoBroadSubjects,
  imgDigest,
  imgRegistryAllowList,
  rdsEncryptedCmk,
  rdsNotPublic,
  rdsDeletionProtection,
  rdsBackupRetention,
  rdsFinalSnapshot,
  rdsCopyTags,
  rdsMultiAz,
  rdsTlsRequired,
  rdsLogs,
  rdsSnapshotPrivate,
  rdsInBackupPlan,
  rdsIamAuth,
  rdsMonitoring,
  rdsMinorUpgradeOwned,
  secDbManagedPassword,
  secSmRotation,
  secSmCmk,
  bkpVaultCmk,
  bkpVaultLock,
  bkpVaultPolicy,
  bkpPlanRetention,
  bkpCopyElsewhere,
  kmsRotation,
  awsSoftDeleteWindows,
  awsResourcePolicyNoStar,
  s3PublicBlock,
  s3EncryptionVersioning,
  s3TlsOnly,
  s3NoForceDestroy,
  s3EvidenceObjectLock,
  snsEncrypted,
  snsPolicy,
  cwLogRetention,
  cwLogCmk,
  cwAlarmActions,
  iamNoAdminWildcard,
  iamDestructiveScoped,
  iamResourcesNamed,
  iamTrustPolicy,
  iamNoUsers,
  sgNoWorldIngress,
  sgDbIngressByReference,
  sgDescription,
  sgEgressScoped,
  albHttpsOnly,
  albTlsPolicy,
  albHardened,
  wafAttached,
  wafRules,
  trailHardened,
  imgEcrHardening,
  eksHardening,
  k8sNetDefaultDeny,
  k8sNamespaceQuota,
];
