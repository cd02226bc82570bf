import type { Rule } from "../../frame/rule";
import { rdsDeletionProtection } from "./rds-deletion-protection";

/** The rules of the pack, in the order of docs/policies.md. */
export const securityRules: readonly Rule[] = [rdsDeletionProtection];
