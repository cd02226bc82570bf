import { PolicyPack } from "@pulumi/policy";
import { getStack } from "@pulumi/pulumi";
import { policiesOf } from "../frame/pack";
import { allRules } from "../rules";
import { upgradeRules } from "./rules";

new PolicyPack("order-upgrade-upgrade", {
  policies: policiesOf({ pack: "upgrade", rules: upgradeRules, allRules, stack: getStack() }),
});
