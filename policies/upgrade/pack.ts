import { PolicyPack } from "@pulumi/policy";
import { getStack } from "@pulumi/pulumi";
import { decodeOnce } from "../frame/decode-once";
import { policiesOf } from "../frame/pack";
import { allRules } from "../rules";
import { upgradeRules } from "./rules";

decodeOnce();
new PolicyPack("order-upgrade-upgrade", {
  policies: policiesOf({ pack: "upgrade", rules: upgradeRules, allRules, stack: getStack() }),
});
