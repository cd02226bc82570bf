import { setFlagsFromString } from "node:v8";
import { main } from "./frame/main";
import { registry } from "./registry";

// Rows stream through a Job and are garbage at once. A young generation that does not grow collects them early, which
// saves some thirty MiB of the limit and costs little.
setFlagsFromString("--semi-space-growth-factor=1");

void main(process.argv.slice(2), process.env, registry).then((code) => process.exit(code));
