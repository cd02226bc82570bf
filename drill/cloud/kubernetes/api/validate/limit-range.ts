import type { LimitRange, LimitRangeItem } from "../types/store";
import { canonicalQuantity, quantity } from "../values/quantity";
import { qualifiedName } from "./formats";
import type { Problems } from "./problems";
import { checkContainerResource, isOvercommitted } from "./resources";

export function checkLimitRange({ spec }: LimitRange, problems: Problems): void {
  const types = new Set<string>();
  for (const [index, item] of (spec?.limits ?? []).entries()) {
    const at = `spec.limits[${index}]`;
    const { type = "" } = item;
    checkLimitType(`${at}.type`, type, problems);
    if (types.has(type)) problems.duplicate(`${at}.type`, type);
    types.add(type);
    checkNames(at, item, problems);
    if (item.type === "Pod") {
      for (const name of ["default", "defaultRequest"] as const) {
        if (Object.keys(item[name] ?? {}).length > 0)
          problems.forbidden(`${at}.${name}`, "may not be specified when `type` is 'Pod'");
      }
    }
    if (
      item.type === "PersistentVolumeClaim" &&
      item.min?.storage === undefined &&
      item.max?.storage === undefined
    ) {
      problems.required(
        `${at}.limits`,
        "either minimum or maximum storage value is required, but neither was provided",
      );
    }
    checkLimits(at, item, problems);
  }
}

const LISTS = ["max", "min", "default", "defaultRequest", "maxLimitRequestRatio"] as const;
const STANDARD = /^(cpu|memory|ephemeral-storage|storage|hugepages-.*)$/;

/** The resources that can be limited: those of containers, for pods and containers. */
function checkNames(at: string, item: LimitRangeItem, problems: Problems): void {
  for (const list of LISTS) {
    if (item.type === "Pod" && list.startsWith("default")) continue;
    for (const name of Object.keys(item[list] ?? {})) {
      const here = `${at}.${list}[${name}]`;
      const wrong = qualifiedName(name);
      problems.texts(here, name, wrong);
      if (wrong.length > 0) continue;
      if (item.type === "Pod" || item.type === "Container") checkContainerResource(here, name, problems);
      else if (!name.includes("/") && !STANDARD.test(name))
        problems.invalid(here, name, "must be a standard resource type or fully qualified");
    }
  }
}

const LIMITED = ["Pod", "Container", "PersistentVolumeClaim"];

function checkLimitType(at: string, type: string, problems: Problems): void {
  const wrong = qualifiedName(type);
  problems.texts(at, type, wrong);
  if (wrong.length === 0 && !type.includes("/") && !LIMITED.includes(type))
    problems.invalid(at, type, "must be a standard limit type or fully qualified");
}

function checkLimits(at: string, item: LimitRangeItem, problems: Problems): void {
  const {
    min = {},
    max = {},
    default: limits = {},
    defaultRequest: requests = {},
    maxLimitRequestRatio: ratios = {},
  } = item;
  const names = new Set([min, max, limits, requests, ratios].flatMap((list) => Object.keys(list)));
  for (const name of names) {
    const above = (low: string | number | undefined, high: string | number | undefined): boolean =>
      low !== undefined && high !== undefined && quantity(low) > quantity(high);
    const say = (field: string, value: string | number | undefined, text: string): void =>
      problems.invalid(`${at}.${field}[${name}]`, canonicalQuantity(value ?? ""), text);
    const text = (value: string | number | undefined): string => canonicalQuantity(value ?? "");
    const [low, high, limit, request] = [min[name], max[name], limits[name], requests[name]];
    if (above(low, high)) say("min", low, `min value ${text(low)} is greater than max value ${text(high)}`);
    if (above(low, request))
      say(
        "defaultRequest",
        request,
        `min value ${text(low)} is greater than default request value ${text(request)}`,
      );
    if (above(request, high))
      say(
        "defaultRequest",
        request,
        `default request value ${text(request)} is greater than max value ${text(high)}`,
      );
    if (above(request, limit))
      say(
        "defaultRequest",
        request,
        `default request value ${text(request)} is greater than default limit value ${text(limit)}`,
      );
    if (above(low, limit))
      say("default", low, `min value ${text(low)} is greater than default value ${text(limit)}`);
    if (above(limit, high))
      say("default", high, `default value ${text(limit)} is greater than max value ${text(high)}`);
    if (
      !isOvercommitted(name) &&
      limit !== undefined &&
      request !== undefined &&
      quantity(limit) !== quantity(request)
    )
      say(
        "defaultRequest",
        request,
        `default value ${text(limit)} must equal to defaultRequest value ${text(request)} in ${name}`,
      );
    const ratio = ratios[name];
    if (ratio === undefined) continue;
    if (quantity(ratio) < quantity("1"))
      say("maxLimitRequestRatio", ratio, `ratio ${text(ratio)} is less than 1`);
    if (low === undefined || high === undefined) continue;
    const most = Number(quantity(high)) / Number(quantity(low));
    if (Number(quantity(ratio)) / 1e9 > most)
      say("maxLimitRequestRatio", ratio, `ratio ${text(ratio)} is greater than max/min = ${most.toFixed(6)}`);
  }
}
