import { isIP } from "node:net";
import type { KubernetesObject } from "../types/meta";
import { dns1035Label, dnsSubdomain, pathSegment, portName, portNumber, wildcardSubdomain } from "./formats";
import { checkPrefixedPath } from "./metadata";
import type { Problems } from "./problems";

interface Backend {
  service?: { name?: string; port?: { name?: string; number?: number } };
  resource?: { apiGroup?: string; kind?: string; name?: string };
}

interface IngressPath {
  path?: string;
  pathType?: string;
  backend?: Backend;
}

export interface Ingress extends KubernetesObject {
  spec?: {
    ingressClassName?: string;
    defaultBackend?: Backend;
    tls?: { hosts?: string[]; secretName?: string }[];
    rules?: { host?: string; http?: { paths?: IngressPath[] } }[];
  };
}

const CLASS_ANNOTATION = "kubernetes.io/ingress.class";
const BAD_SEQUENCES = ["//", "/./", "/../", "%2f", "%2F"];
const BAD_ENDS = ["/..", "/."];

export function checkIngress(
  { metadata, spec = {} }: Ingress,
  live: Ingress | undefined,
  problems: Problems,
): void {
  const { rules = [], tls = [], ingressClassName, defaultBackend } = spec;
  if (rules.length === 0 && defaultBackend === undefined) {
    problems.invalid("spec", rules, "either `defaultBackend` or `rules` must be specified");
  }
  if (defaultBackend !== undefined) checkBackend("spec.defaultBackend", defaultBackend, problems);
  for (const [index, { host, http }] of rules.entries()) {
    if (host) checkHost(`spec.rules[${index}].host`, host, problems);
    if (http === undefined) continue;
    const at = `spec.rules[${index}].http.paths`;
    if ((http.paths ?? []).length === 0) problems.required(at);
    for (const [position, path] of (http.paths ?? []).entries())
      checkPath(`${at}[${position}]`, path, problems);
  }
  for (const [index, { hosts = [], secretName }] of tls.entries()) {
    for (const [position, host] of hosts.entries()) {
      const form = host.includes("*") ? wildcardSubdomain : dnsSubdomain;
      problems.texts(`spec.tls[${index}].hosts[${position}]`, host, form(host));
    }
    if (secretName) problems.texts(`spec.tls[${index}].secretName`, secretName, dnsSubdomain(secretName));
  }
  if (ingressClassName !== undefined) {
    problems.texts("spec.ingressClassName", ingressClassName, dnsSubdomain(ingressClassName));
    const annotated = metadata.annotations?.[CLASS_ANNOTATION];
    if (live === undefined && annotated !== undefined && annotated !== ingressClassName) {
      const at = `annotations.${CLASS_ANNOTATION}`;
      problems.invalid(at, annotated, "must match `ingressClassName` when both are specified");
    }
  }
}

function checkHost(at: string, host: string, problems: Problems): void {
  if (isIP(host) !== 0) problems.invalid(at, host, "must be a DNS name, not an IP address");
  else problems.texts(at, host, host.includes("*") ? wildcardSubdomain(host) : dnsSubdomain(host));
}

function checkPath(at: string, { path = "", pathType, backend = {} }: IngressPath, problems: Problems): void {
  switch (pathType) {
    case undefined:
      problems.required(`${at}.pathType`, "pathType must be specified");
      return;
    case "Exact":
    case "Prefix":
      if (!path.startsWith("/")) problems.invalid(`${at}.path`, path, "must be an absolute path");
      if (path !== "") {
        for (const bad of BAD_SEQUENCES)
          if (path.includes(bad)) problems.invalid(`${at}.path`, path, `must not contain '${bad}'`);
        for (const bad of BAD_ENDS)
          if (path.endsWith(bad)) problems.invalid(`${at}.path`, path, `cannot end with '${bad}'`);
      }
      break;
    case "ImplementationSpecific":
      if (path !== "" && !path.startsWith("/"))
        problems.invalid(`${at}.path`, path, "must be an absolute path");
      break;
    default:
      problems.unsupported(`${at}.pathType`, pathType, ["Exact", "ImplementationSpecific", "Prefix"]);
  }
  checkBackend(`${at}.backend`, backend, problems);
}

function checkBackend(at: string, { service, resource }: Backend, problems: Problems): void {
  if (service !== undefined && resource !== undefined) {
    problems.invalid(at, "", "cannot set both resource and service backends");
    return;
  }
  if (resource !== undefined) {
    const { apiGroup } = resource;
    if (apiGroup !== undefined) problems.texts(`${at}.resource.apiGroup`, apiGroup, dnsSubdomain(apiGroup));
    for (const name of ["kind", "name"] as const) {
      const value = resource[name];
      if (!value) problems.required(`${at}.resource.${name}`);
      else problems.texts(`${at}.resource.${name}`, value, pathSegment(value));
    }
    return;
  }
  if (service === undefined) {
    problems.invalid(at, "", "resource or service backend is required");
    return;
  }
  const { name, port = {} } = service;
  if (!name) problems.required(`${at}.service.name`);
  else problems.texts(`${at}.service.name`, name, dns1035Label(name));
  if (port.name && port.number) problems.invalid(at, "", "cannot set both port name & port number");
  else if (port.name) problems.texts(`${at}.service.port.name`, port.name, portName(port.name));
  else if (port.number) {
    for (const message of portNumber(port.number))
      problems.invalid(`${at}.service.port.number`, port.number, message);
  } else problems.required(at, "port name or number is required");
}

export interface IngressClass extends KubernetesObject {
  spec?: {
    controller?: string;
    parameters?: { apiGroup?: string; kind?: string; name?: string; scope?: string; namespace?: string };
  };
}

const LONGEST_CONTROLLER = 250;

export function checkIngressClass(
  { spec = {} }: IngressClass,
  live: IngressClass | undefined,
  problems: Problems,
): void {
  const { controller, parameters } = spec;
  if (!controller) problems.required("spec.controller");
  else {
    if (controller.length > LONGEST_CONTROLLER) problems.tooLong("spec.controller", LONGEST_CONTROLLER);
    checkPrefixedPath("spec.controller", controller, problems);
  }
  if (live !== undefined && live.spec?.controller !== controller)
    problems.invalid("spec.controller", controller, "field is immutable");
  if (parameters === undefined) return;
  const { kind, name, scope, namespace } = parameters;
  if (!kind) problems.required("spec.parameters.kind");
  if (!name) problems.required("spec.parameters.name");
  problems.oneOf("spec.parameters.scope", scope, ["Cluster", "Namespace"]);
  if (scope === "Namespace" && namespace === undefined)
    problems.required("spec.parameters.namespace", "`parameters.scope` is set to 'Namespace'");
  if (scope === "Cluster" && namespace !== undefined)
    problems.forbidden("spec.parameters.namespace", "`parameters.scope` is set to 'Cluster'");
}
