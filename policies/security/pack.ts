import { PolicyPack } from "@pulumi/policy";
import { getStack } from "@pulumi/pulumi";
import { decodeOnce } from "../frame/decode-once";
import { policiesOf } from "../frame/pack";
import { allRules } from "../rules";
import { securityRules } from "./rules";

decodeOnce();
new PolicyPack("order-upgrade-security", {
  policies: policiesOf({ pack: "security", rules: securityRules, allRules, stack: getStack() }),
});
