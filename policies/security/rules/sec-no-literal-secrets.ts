import { type Properties, resourceRule } from "../../frame/rule";
import { carriesPod, eachContainer } from "../kubernetes/pod";

/** Names that speak of a secret. */
const NAMES = /(PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|PRIVATE_KEY|DSN|DATABASE_URL)/i;
/** Values that are one whatever they are called: AWS keys, private keys, URLs with a password. */
const SHAPES =
  /\bAKIA[0-9A-Z]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY-----|\b[a-z][a-z0-9+]*:\/\/[^/\s:@]+:[^/\s@]+@/;

export const secNoLiteralSecrets = resourceRule({
  name: "sec-no-literal-secrets",
  title: "Secrets do not stand in plain text in pods and ConfigMaps.",
  severity: "critical",
  level: "mandatory",
  controls: [{ framework: "PCI DSS", id: "8.6.2" }],
  remediation: "Put the value into a Secret and refer to it.",
  exemptible: false,
  types: (type) => carriesPod(type) || /^kubernetes:core\/v1:ConfigMap(Patch)?$/.test(type),
  check(subject, findings) {
    if (carriesPod(subject.type)) {
      eachContainer(subject, findings, (container, path) =>
        findings.each(container.env as readonly Properties[] | undefined, (variable, index) => {
          if (!("value" in variable)) return;
          const named = NAMES.test(variable.name) && !/_(FILE|PATH|DIRECTORY)$/.test(variable.name);
          findings.part(() => {
            const text = variable.value;
            if (typeof text !== "string" || text === "") return;
            if (named || SHAPES.test(text))
              findings.report(
                `Variable ${variable.name} holds a secret in plain text.`,
                `${path}.env[${index}].value`,
              );
          });
        }),
      );
      return;
    }
    for (const key of ["data", "binaryData"]) {
      findings.part(() => {
        for (const name of Object.keys(subject.props[key] ?? {})) {
          findings.part(() => {
            const text = subject.props[key][name];
            const plain =
              key === "binaryData" ? Buffer.from(String(text), "base64").toString("latin1") : String(text);
            if (SHAPES.test(plain))
              findings.report(`Key ${name} holds a secret in plain text.`, `${key}[${name}]`);
          });
        }
      });
    }
  },
});
