import type { Kind } from "../kind";
import { ARTIFACTS } from "./artifacts";
import { AUDIT } from "./audit";
import { bucketSettings } from "./bucket-settings";
import { IDENTITY } from "./identity";
import { MONITORING } from "./monitoring";
import { NETWORK } from "./network";
import { PROTECTION } from "./protection";

/** All kinds that are validated, answered as AWS would, and recorded – not run. */
export const RECORDED: readonly Kind[] = [
  ...IDENTITY,
  ...NETWORK,
  ...MONITORING,
  ...PROTECTION,
  ...bucketSettings(),
  ...ARTIFACTS,
  ...AUDIT,
];
