import type { Kind } from "../kind";
import { ARTIFACTS } from "./artifacts";
import { AUDIT } from "./audit";
import { bucketSettings } from "./bucket-settings";
import { DNS } from "./dns";
import { FIREWALL } from "./firewall";
import { IDENTITY } from "./identity";
import { MESSAGES } from "./messages";
import { MONITORING } from "./monitoring";
import { NETWORK } from "./network";
import { PROTECTION } from "./protection";

/** All kinds that are validated, answered as AWS would, and recorded – not run. */
export const RECORDED: readonly Kind[] = [
  ...IDENTITY,
  ...NETWORK,
  ...FIREWALL,
  ...DNS,
  ...MESSAGES,
  ...MONITORING,
  ...PROTECTION,
  ...bucketSettings(),
  ...ARTIFACTS,
  ...AUDIT,
];
