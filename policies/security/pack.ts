import { PolicyPack } from "@pulumi/policy";
import { getStack } from "@pulumi/pulumi";
import { decodeOnce } from "../frame/decode-once";
import { policiesOf } from "../frame/pack";
import { securityRules } from "./rules";

/** Loaded only when there are waivers: they may name a rule of the other pack. */
const allRules = (): ReadonlySet<string> => (require("../rules") as typeof import("../rules")).allRules;

decodeOnce();
new PolicyPack("order-upgrade-security", {
  policies: policiesOf({ pack: "security", rules: securityRules, allRules, stack: getStack() }),
});
