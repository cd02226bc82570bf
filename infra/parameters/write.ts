import { writeFileSync } from "node:fs";
import path from "node:path";
import { parametersPage, stackFileSchema } from "./document";

/** `npm run parameters`: writes what is made of the schema of parameters. */
const root = path.resolve(__dirname, "..", "..");
writeFileSync(path.join(root, "stacks", "order-upgrade.schema.json"), stackFileSchema());
writeFileSync(path.join(root, "docs", "parameters.md"), parametersPage());
