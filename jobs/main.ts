import { main } from "./frame/main";
import { registry } from "./registry";

void main(process.argv.slice(2), process.env, registry).then((code) => process.exit(code));
