import { isIP } from "node:net";
import type { PodSpec } from "../types/pod";
import { dnsSubdomain, searchDomain } from "./formats";
import type { Problems } from "./problems";

const POLICIES = ["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"];
const MOST_NAMESERVERS = 3;
const MOST_SEARCHES = 32;
const LONGEST_SEARCH = 2048;
const NOT_AN_ADDRESS = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";

/** How a pod finds names. */
export function checkPodNetwork(field: string, spec: PodSpec, problems: Problems): void {
  if (spec.dnsPolicy !== undefined) problems.oneOf(`${field}.dnsPolicy`, spec.dnsPolicy, POLICIES);
  if (spec.dnsPolicy === "None" && (spec.dnsConfig?.nameservers ?? []).length === 0) {
    const [at, why] =
      spec.dnsConfig === undefined
        ? [`${field}.dnsConfig`, "must provide `dnsConfig` when `dnsPolicy` is None"]
        : [
            `${field}.dnsConfig.nameservers`,
            "must provide at least one DNS nameserver when `dnsPolicy` is None",
          ];
    problems.required(at, why);
  } else if (spec.dnsConfig !== undefined) checkDns(`${field}.dnsConfig`, spec.dnsConfig, problems);
  for (const [index, { ip = "", hostnames = [] }] of (spec.hostAliases ?? []).entries()) {
    const at = `${field}.hostAliases[${index}]`;
    if (isIP(ip) === 0) problems.invalid(`${at}.ip`, ip, NOT_AN_ADDRESS);
    for (const [position, name] of hostnames.entries())
      problems.texts(`${at}.hostnames[${position}]`, name, dnsSubdomain(name));
  }
}

function checkDns(
  at: string,
  { nameservers = [], searches = [], options = [] }: NonNullable<PodSpec["dnsConfig"]>,
  problems: Problems,
): void {
  if (nameservers.length > MOST_NAMESERVERS)
    problems.invalid(
      `${at}.nameservers`,
      nameservers,
      `must not have more than ${MOST_NAMESERVERS} nameservers`,
    );
  for (const [index, address] of nameservers.entries())
    if (isIP(address) === 0) problems.invalid(`${at}.nameservers[${index}]`, address, NOT_AN_ADDRESS);
  if (searches.length > MOST_SEARCHES)
    problems.invalid(`${at}.searches`, searches, `must not have more than ${MOST_SEARCHES} search paths`);
  if (searches.join(" ").length > LONGEST_SEARCH)
    problems.invalid(
      `${at}.searches`,
      searches,
      `must not have more than ${LONGEST_SEARCH} characters (including spaces) in the search list`,
    );
  for (const [index, search] of searches.entries()) {
    // A single dot is the root, and a domain may end with one.
    const name = search.replace(/\.$/, "");
    if (search !== ".") problems.texts(`${at}.searches[${index}]`, name, searchDomain(name));
  }
  for (const [index, { name }] of options.entries())
    if (!name) problems.required(`${at}.options[${index}]`, "must not be empty");
}
