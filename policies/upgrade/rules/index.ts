import type { Rule } from "../../frame/rule";

/** The rules of the pack, in the order of docs/policies.md. */
export const upgradeRules: readonly Rule[] = [];
