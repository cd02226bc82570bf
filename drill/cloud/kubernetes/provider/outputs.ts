import {
  hasSecret,
  isList,
  isValues,
  plain,
  Secret,
  UNKNOWN,
  Unknown,
  type Value,
  type Values,
} from "../../provider/values";
import type { KubernetesObject } from "../api/types/meta";
import { copy } from "../api/values/json";
import { fields } from "./identity";

/** The object as the state keeps it: what the inputs hold secret stays secret. */
export function outputsOf(object: KubernetesObject, inputs: Values, fieldManager: string): Values {
  const open = copy(object);
  delete open.metadata.managedFields;
  const marked = fields(withSecrets(open as unknown as Values, inputs));
  return {
    ...hideData(marked),
    __fieldManager: fieldManager,
    __initialApiVersion: object.apiVersion,
  };
}

/** What is known of the object before it is made. */
export function previewOutputs(
  inputs: Values,
  judged: KubernetesObject | undefined,
  live: Values | undefined,
): Values {
  const computed =
    live === undefined
      ? ["uid", "resourceVersion", "creationTimestamp", "generation"]
      : ["resourceVersion", "generation"];
  const base =
    judged === undefined
      ? { ...live, ...inputs }
      : fields(withSecrets(copy(judged) as unknown as Values, inputs));
  const metadata: Record<string, Value> = { ...fields(live?.metadata), ...fields(base.metadata) };
  delete metadata.managedFields;
  for (const key of computed) metadata[key] = UNKNOWN;
  const result: Record<string, Value> = { ...base, metadata };
  if (live !== undefined) result.status = live.status ?? UNKNOWN;
  else result.status = UNKNOWN;
  if (live === undefined && judged?.kind === "Service") {
    const spec = fields(result.spec);
    result.spec = {
      ...spec,
      ...("clusterIP" in fields(inputs.spec) ? {} : { clusterIP: UNKNOWN, clusterIPs: UNKNOWN }),
    };
  }
  return hideData(result);
}

/** The inputs with what the cluster says now in the place of what was asked for. */
export function refreshedInputs(inputs: Values, object: KubernetesObject): Values {
  return fields(overlay(inputs, copy(object) as unknown as Values) ?? inputs);
}

function overlay(input: Value, live: Value | undefined): Value | undefined {
  if (live === undefined) return undefined;
  if (input instanceof Secret) return new Secret(overlay(input.value, live) ?? null);
  if (isValues(input) && isValues(live)) {
    return Object.fromEntries(
      Object.entries(input).flatMap(([key, inner]) => {
        // What was sent as text comes back encoded, under another name.
        if (key === "stringData") return [[key, inner]];
        const now = overlay(inner, live[key]);
        return now === undefined ? [] : [[key, now]];
      }),
    );
  }
  if (isList(input) && isList(live) && input.length === live.length) {
    return input.map((inner, index) => overlay(inner, live[index]) ?? null);
  }
  return live;
}

function withSecrets(output: Value, input: Value | undefined): Value {
  if (input === undefined || input instanceof Unknown || !hasSecret(input)) return output;
  if (input instanceof Secret) return new Secret(output);
  if (isValues(output) && isValues(input)) {
    return Object.fromEntries(
      Object.entries(output).map(([key, inner]) => [key, withSecrets(inner, input[key])]),
    );
  }
  if (isList(output) && isList(input)) return output.map((inner, index) => withSecrets(inner, input[index]));
  return new Secret(output);
}

/** The data of a Secret is shown to nobody, however it was given. */
function hideData(outputs: Values): Values {
  if (outputs.kind !== "Secret") return outputs;
  const hidden: Record<string, Value> = { ...outputs };
  for (const key of ["data", "stringData"]) {
    const value = hidden[key];
    if (value !== undefined && !(value instanceof Secret)) hidden[key] = new Secret(value);
  }
  return hidden;
}

/** The object a program asks for, without any marks. */
export function objectOf(inputs: Values): KubernetesObject {
  const {
    __fieldManager: _manager,
    __initialApiVersion: _version,
    ...rest
  } = plain(inputs) as unknown as Record<string, unknown>;
  return rest as unknown as KubernetesObject;
}
