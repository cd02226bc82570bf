import { securityRules } from "./security/rules";
import { upgradeRules } from "./upgrade/rules";

/** Names of the rules of all packs. */
export const allRules: ReadonlySet<string> = new Set(
  [...securityRules, ...upgradeRules].map((rule) => rule.name),
);
