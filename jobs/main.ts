import { main } from "./frame/main";
import { registry } from "./registry";

// The SDK announces when it will ask for a newer Node; in a Job's log that is noise.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

void main(process.argv.slice(2), process.env, registry).then((code) => process.exit(code));
