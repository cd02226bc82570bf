import type { Container, EnvFromSource, EnvVar, KeySelector } from "../types/pod";
import { asPrefix, dataKey, dnsSubdomain, variableName } from "./formats";
import type { Problems } from "./problems";
import { checkFieldReference, checkResourceReference } from "./references";

const ENV_FIELDS = [
  "metadata.name",
  "metadata.namespace",
  "metadata.uid",
  "spec.nodeName",
  "spec.serviceAccountName",
  "status.hostIP",
  "status.hostIPs",
  "status.podIP",
  "status.podIPs",
];

/** Where a container's environment comes from: single variables, and whole ConfigMaps and Secrets. */
export function checkEnvironment(
  at: string,
  { env = [], envFrom = [] }: Container,
  problems: Problems,
): void {
  for (const [index, variable] of env.entries()) checkVariable(`${at}.env[${index}]`, variable, problems);
  for (const [index, source] of envFrom.entries())
    checkEnvFrom(`${at}.envFrom`, `${at}.envFrom[${index}]`, source, problems);
}

function checkVariable(at: string, { name, value, valueFrom }: EnvVar, problems: Problems): void {
  if (!name) problems.required(`${at}.name`);
  else problems.texts(`${at}.name`, name, variableName(name));
  if (valueFrom === undefined) return;
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef } = valueFrom;
  const given = Object.values(valueFrom).filter((source) => source !== undefined).length;
  const here = `${at}.valueFrom`;
  if (given === 0) {
    problems.invalid(
      here,
      "",
      "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`",
    );
  } else if (value !== undefined && value !== "")
    problems.invalid(here, "", "may not be specified when `value` is not empty");
  else if (given > 1) problems.invalid(here, "", "may not have more than one field specified at a time");
  if (fieldRef !== undefined) checkFieldReference(`${here}.fieldRef`, fieldRef, ENV_FIELDS, problems);
  if (resourceFieldRef !== undefined)
    checkResourceReference(`${here}.resourceFieldRef`, resourceFieldRef, false, problems);
  if (configMapKeyRef !== undefined) checkKeySelector(`${here}.configMapKeyRef`, configMapKeyRef, problems);
  if (secretKeyRef !== undefined) checkKeySelector(`${here}.secretKeyRef`, secretKeyRef, problems);
}

function checkKeySelector(at: string, { name = "", key }: KeySelector, problems: Problems): void {
  problems.texts(`${at}.name`, name, dnsSubdomain(name));
  if (!key) problems.required(`${at}.key`);
  else problems.texts(`${at}.key`, key, dataKey(key));
}

/** For the number of sources the server names the list, not the one that is wrong. */
function checkEnvFrom(
  list: string,
  at: string,
  { prefix, configMapRef, secretRef }: EnvFromSource,
  problems: Problems,
): void {
  if (prefix !== undefined && prefix !== "") problems.texts(`${at}.prefix`, prefix, variableName(prefix));
  if (configMapRef !== undefined && secretRef !== undefined) {
    problems.invalid(list, "", "may not have more than one field specified at a time");
  }
  if (configMapRef === undefined && secretRef === undefined) {
    problems.invalid(list, "", "must specify one of: `configMapRef` or `secretRef`");
  }
  for (const [kind, reference] of Object.entries({ configMapRef, secretRef })) {
    if (reference === undefined) continue;
    if (!reference.name) problems.required(`${at}.${kind}.name`);
    else problems.texts(`${at}.${kind}.name`, reference.name, asPrefix(dnsSubdomain)(reference.name));
  }
}
