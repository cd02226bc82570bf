import { type Fields, isFields, type KubernetesObject } from "../../api/types/meta";
import { type Judge, READY } from "./wait";

/**
 * What the annotation `pulumi.com/waitFor` asks for: `condition=TYPE[=VALUE]`, `jsonpath={.path}[=VALUE]`, or a JSON list
 * of these, all of which have to hold. Throws when it cannot be read.
 */
export function judgeOfAnnotation(annotation: string): Judge {
  const wanted = annotation.trim().startsWith("[")
    ? (JSON.parse(annotation) as unknown[]).map(String)
    : [annotation];
  const tests = wanted.map((each) => ({ text: each, holds: testOf(each) }));
  return (object) => {
    const open = tests.filter(({ holds }) => !holds(object)).map(({ text }) => `waits for ${text}`);
    return open.length === 0 ? READY : { state: "waiting", reasons: open };
  };
}

function testOf(text: string): (object: KubernetesObject) => boolean {
  const condition = /^condition=([^=]+)(?:=(.+))?$/.exec(text);
  if (condition !== null) {
    const [, type = "", value = "True"] = condition;
    return (object) => {
      const { conditions } =
        (object as KubernetesObject & { status?: { conditions?: Fields[] } }).status ?? {};
      return (conditions ?? []).some(
        (each) => each.type === type && String(each.status).toLowerCase() === value.toLowerCase(),
      );
    };
  }
  const path = /^jsonpath=\{?\$?([^}]*)\}?(?:=(.*))?$/.exec(text);
  if (path === null)
    throw new Error(
      `pulumi.com/waitFor: expected "condition=TYPE[=VALUE]" or "jsonpath={.PATH}[=VALUE]", got ${JSON.stringify(text)}`,
    );
  const [, steps = "", value] = path;
  return (object) => {
    const found = lookUp(object, steps);
    return value === undefined ? found !== undefined : String(found) === value;
  };
}

function lookUp(object: unknown, path: string): unknown {
  const steps = path.match(/[^.[\]'"]+/g) ?? [];
  return steps.reduce<unknown>((value, step) => {
    if (Array.isArray(value)) return value[Number(step)];
    return isFields(value) ? value[step] : undefined;
  }, object);
}
