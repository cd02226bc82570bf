import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { declareKeys, parametersPage, stackFileSchema } from "./document";

/** `npm run parameters`: writes what is made of the schema of parameters. */
const root = path.resolve(__dirname, "..", "..");
const project = path.join(root, "Pulumi.yaml");
writeFileSync(project, declareKeys(readFileSync(project, "utf8")));
writeFileSync(path.join(root, "stacks", "order-upgrade.schema.json"), stackFileSchema());
writeFileSync(path.join(root, "docs", "parameters.md"), parametersPage());
