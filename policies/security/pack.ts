import { PolicyPack } from "@pulumi/policy";
import { getStack } from "@pulumi/pulumi";
import { policiesOf } from "../frame/pack";
import { allRules } from "../rules";
import { securityRules } from "./rules";

new PolicyPack("order-upgrade-security", {
  policies: policiesOf({ pack: "security", rules: securityRules, allRules, stack: getStack() }),
});
