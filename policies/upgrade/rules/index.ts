import type { Rule } from "../../frame/rule";
import { upgAwaitNotSkipped } from "./upg-await-not-skipped";
import { upgChangeApproved } from "./upg-change-approved";
import { upgConfigurationPerRelease } from "./upg-configuration-per-release";
import { upgCustomersFollowDial } from "./upg-customers-follow-dial";
import { upgDisruptionBudget } from "./upg-disruption-budget";
import { upgEngineMajorExplicit } from "./upg-engine-major-explicit";
import { upgEvidenceWriteOnce } from "./upg-evidence-write-once";
import { upgFactsPresent } from "./upg-facts-present";
import { upgGracefulShutdown } from "./upg-graceful-shutdown";
import { upgImageFindings } from "./upg-image-findings";
import { upgImagesOfRelease } from "./upg-images-of-release";
import { upgInsideChangeWindow } from "./upg-inside-change-window";
import { upgIrreversibleConfirmed } from "./upg-irreversible-confirmed";
import { upgJobLimits } from "./upg-job-limits";
import { upgNoApplyImmediately } from "./upg-no-apply-immediately";
import { upgNoDeleteBeforeReplace } from "./upg-no-delete-before-replace";
import { upgOldReleaseWarm } from "./upg-old-release-warm";
import { upgOutsideFreeze } from "./upg-outside-freeze";
import { upgProvenInStaging } from "./upg-proven-in-staging";
import { upgReleaseRunsOnDataModel } from "./upg-release-runs-on-data-model";
import { upgRemovalAfterSoak } from "./upg-removal-after-soak";
import { upgRemovalOrdered } from "./upg-removal-ordered";
import { upgReplicas } from "./upg-replicas";
import { upgRestoreCheckPassed } from "./upg-restore-check-passed";
import { upgRetentionFloor } from "./upg-retention-floor";
import { upgRollbackArmed } from "./upg-rollback-armed";
import { upgRolloutParameters } from "./upg-rollout-parameters";
import { upgSnapshotBeforeMigration } from "./upg-snapshot-before-migration";
import { upgStatefulProtect } from "./upg-stateful-protect";
import { upgTrafficVerified } from "./upg-traffic-verified";
import { upgWorkersHandedOver } from "./upg-workers-handed-over";

/** The rules of the pack, in the order of docs/policies.md. */
export const upgradeRules: readonly Rule[] = [
  upgFactsPresent,
  upgStatefulProtect,
  upgNoDeleteBeforeReplace,
  upgNoApplyImmediately,
  upgEngineMajorExplicit,
  upgRetentionFloor,
  upgRestoreCheckPassed,
  upgSnapshotBeforeMigration,
  upgReleaseRunsOnDataModel,
  upgImagesOfRelease,
  upgImageFindings,
  upgTrafficVerified,
  upgCustomersFollowDial,
  upgWorkersHandedOver,
  upgOldReleaseWarm,
  upgRollbackArmed,
  upgRemovalAfterSoak,
  upgRemovalOrdered,
  upgJobLimits,
  upgAwaitNotSkipped,
  upgRolloutParameters,
  upgGracefulShutdown,
  upgReplicas,
  upgDisruptionBudget,
  upgConfigurationPerRelease,
  upgChangeApproved,
  upgProvenInStaging,
  upgInsideChangeWindow,
  upgOutsideFreeze,
  upgIrreversibleConfirmed,
  upgEvidenceWriteOnce,
];
