import { describe, expect, it } from "vitest";
import { upgFactsPresent } from "../../../policies/upgrade/rules/upg-facts-present";
import { imageFindings, upgImageFindings } from "../../../policies/upgrade/rules/upg-image-findings";
import { upgReleaseRunsOnDataModel } from "../../../policies/upgrade/rules/upg-release-runs-on-data-model";
import {
  removalAfterSoak,
  upgRemovalAfterSoak,
} from "../../../policies/upgrade/rules/upg-removal-after-soak";
import {
  restoreCheckPassed,
  upgRestoreCheckPassed,
} from "../../../policies/upgrade/rules/upg-restore-check-passed";
import { trafficVerified, upgTrafficVerified } from "../../../policies/upgrade/rules/upg-traffic-verified";
import { proves, REMOVED } from "../cases";
import { judge, UNKNOWN } from "../harness";
import { clock, upgrade } from "./fixtures";

const at = (finishedAt: string, verdict = "passed") => ({
  verdict,
  digest: "sha256:a",
  finishedAt,
  key: "production/4.0.0/1/x.json",
});

proves({
  rule: upgFactsPresent,
  good: [upgrade("live")],
  failing: [
    [[], /Nothing says where the dial stands/],
    [[upgrade("live"), upgrade("live")], /2 resources/],
    [{ proofs: REMOVED, limits: REMOVED }, /missing: limits, proofs/],
    [{ phase: "flying" }, /"flying" is none of/],
  ],
  boundary: [
    [{ phase: "steady", next: null }],
    [{ phase: "prepared", next: null }, /names no next release/],
    [[{ type: "order-upgrade:upgrade:Upgrade", props: {} }], /Facts are missing: environment/],
  ],
  unknown: ["phase", "next"],
  other: upgrade("live"),
});
proves({
  rule: restoreCheckPassed(clock),
  good: [upgrade("live")],
  failing: [
    [{ "proofs.[restore-check]": REMOVED }, /No evidence of restore-check/],
    [{ "proofs.backup.verdict": "failed" }, /backup says "failed"/],
    [{ "proofs.revert": at("2026-11-10T07:30:00.000Z") }, /older than the last revert/, /older than/],
    [{ phase: "migrated", proofs: {} }, /No evidence of backup/, /No evidence of restore-check/],
    [{ proofs: REMOVED }, /No evidence of backup/, /No evidence of restore-check/],
    [{ "limits.backup": REMOVED }, /how old/, /how old/],
    [{ "proofs.backup.finishedAt": "yesterday" }, /does not say when/],
    [{ "proofs.backup.finishedAt": "2026-11-10T09:00:00.000Z" }, /from the future/],
  ],
  boundary: [
    [{ "limits.backup": 3600 }],
    [{ "limits.backup": 3599 }, /3600 s old, at most 3599/, /3600 s old/],
    [{ phase: "staged", "limits.backup": 1 }],
    // The switch is recorded: what was fresh then stays so.
    [{ "limits.backup": 1800, "proofs.switched": at("2026-11-10T07:30:00.000Z") }],
    [{ phase: "prepared", proofs: {} }],
  ],
  unknown: ["phase", "proofs", "proofs.backup.verdict", "proofs.[restore-check].finishedAt"],
});
proves({
  rule: trafficVerified(clock),
  good: [upgrade("live")],
  failing: [
    [{ "proofs.verify": REMOVED }, /No evidence of verify/],
    [{ "proofs.migrate.verdict": "failed" }, /migrate says "failed"/],
    [{ weight: null }, /which share/],
    [{ phase: "complete", proofs: {} }, /No evidence of migrate/, /No evidence of verify/],
    // Verified again after the switch was recorded: the dial went back, so this is a new switch.
    [
      {
        "proofs.switched": at("2026-11-10T05:00:00.000Z"),
        "proofs.verify": at("2026-11-10T06:00:00.000Z"),
      },
      /7200 s old/,
    ],
  ],
  boundary: [
    [{ "proofs.verify.finishedAt": "2026-11-10T06:59:59.000Z" }, /3601 s old, at most 3600/],
    [{ weight: 0 }],
    [{ weight: 101 }, /which share/],
    [{ phase: "staged", proofs: {} }],
  ],
  unknown: ["phase", "proofs.verify", "proofs.migrate.verdict", "weight"],
});
proves({
  rule: removalAfterSoak(clock),
  good: [upgrade("complete")],
  failing: [
    [{ "proofs.switched": REMOVED }, /No evidence of switched/],
    [{ "limits.soak": REMOVED }, /how long to soak/],
    [{ "proofs.switched.finishedAt": "2026-11-10T07:50:00.000Z" }, /served 600 s/],
  ],
  boundary: [
    [{ "limits.soak": 3660 }],
    [{ "limits.soak": 3661 }, /served 3600 s since the switch, 3661 s are wanted/],
    [{ "limits.soak": 3661, "proofs.contract": at("2026-11-10T07:59:00.000Z") }],
    [{ phase: "live", "limits.soak": 3661 }],
  ],
  unknown: ["phase", "proofs.switched.finishedAt", "limits.soak"],
});
proves({
  rule: upgReleaseRunsOnDataModel,
  good: [upgrade("live")],
  failing: [
    [{ dataModels: REMOVED }, /Release 3.2.0 does not say/, /Release 4.0.0 does not say/],
    [{ "dataModels.[4.0.0].runsOn.oldest": 5 }, /Release 4.0.0 does not say/],
    [{ "dataModels.[4.0.0].schema": "shop_v3" }, /3.2.0 cannot run on version 4: there would be no way back/],
  ],
  boundary: [
    [{ "dataModels.[4.0.0].schema": "shop_v3", "dataModels.[3.2.0].runsOn.newest": 4 }],
    [{ phase: "steady", next: null, "dataModels.[4.0.0]": REMOVED }],
    [{ phase: "complete", "dataModels.[4.0.0].schema": "shop_v3" }],
  ],
  unknown: ["dataModels", "dataModels.[4.0.0].version", "dataModels.[4.0.0].schema"],
});
proves({
  rule: imageFindings(clock),
  good: [upgrade("live")],
  failing: [
    [{ findings: REMOVED }, /Nothing is known about the images of 4.0.0/],
    [{ "findings.[4.0.0].shop.critical": 2 }, /2 critical findings, at most 0/],
    [{ "findings.[4.0.0].shop.high": REMOVED }, /Unknown high findings/],
    [{ "findings.[4.0.0].shop.scannedOn": "never" }, /Scanned NaN days ago/],
  ],
  boundary: [
    [{ "findings.[4.0.0].shop.high": 3, "findingsAllowed.high": 3 }],
    [{ "findings.[4.0.0].shop.high": 4, "findingsAllowed.high": 3 }, /4 high/],
    [{ "limits.scan": 9 * 86_400 }],
    [{ "limits.scan": 8 * 86_400 }, /Scanned 9 days ago, at most 8/],
    [{ phase: "reverted", "findings.[4.0.0].shop.critical": 2 }],
  ],
  unknown: ["phase", "findings", "findings.[4.0.0].shop.critical", "findings.[4.0.0].shop.scannedOn"],
});

describe("rules about time", () => {
  it("ask the machine's clock", () => {
    const past = {
      proofs: {},
      findings: { "4.0.0": { shop: { scannedOn: "2000-01-01", critical: 0, high: 0 } } },
    };
    expect(judge(upgImageFindings, [upgrade("live", past)]).violations).toHaveLength(1);
    expect(judge(upgRestoreCheckPassed, [upgrade("live", past)]).violations).toHaveLength(2);
    expect(judge(upgTrafficVerified, [upgrade("live", past)]).violations).toHaveLength(2);
    const fresh = { proofs: { switched: at(new Date().toISOString()) } };
    expect(judge(upgRemovalAfterSoak, [upgrade("complete", fresh)]).violations).toHaveLength(1);
  });

  it("decide the other proofs though one is unknown", () => {
    const outcome = judge(restoreCheckPassed(clock), [
      upgrade("migrated", {
        proofs: { backup: UNKNOWN, "restore-check": at("2026-11-10T07:00:00.000Z", "failed") },
      }),
    ]);
    expect(outcome.violations).toHaveLength(1);
    expect(outcome.undecided).toHaveLength(1);
  });
});
