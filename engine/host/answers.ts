import type pb from "@pulumi/pulumi/proto/provider_pb";
import { fromStruct } from "../values/wire";
import type { CallResult, CheckResult, ConstructResult, Diff, DiffKind } from "./provider";

const KINDS: Record<number, DiffKind> = {
  0: "add",
  1: "add-replace",
  2: "delete",
  3: "delete-replace",
  4: "update",
  5: "update-replace",
};

export function decodeDiff(answer: pb.DiffResponse): Diff {
  const detailed: NonNullable<Diff["detailedDiff"]> = {};
  answer.getDetaileddiffMap().forEach((change: pb.PropertyDiff, path: string) => {
    detailed[path] = { kind: KINDS[change.getKind()] ?? "update", inputDiff: change.getInputdiff() };
  });
  return {
    changes: answer.getChanges() === 1 ? "none" : answer.getChanges() === 2 ? "some" : "unknown",
    replaceKeys: answer.getReplacesList(),
    stableKeys: answer.getStablesList(),
    changedKeys: answer.getDiffsList(),
    detailedDiff: answer.getHasdetaileddiff() || Object.keys(detailed).length > 0 ? detailed : undefined,
    deleteBeforeReplace: answer.getDeletebeforereplace(),
  };
}

export function failuresOf(answer: { getFailuresList(): pb.CheckFailure[] }): CheckResult["failures"] {
  return answer
    .getFailuresList()
    .map((failure) => ({ property: failure.getProperty(), reason: failure.getReason() }));
}

export function decodeCall(answer: pb.CallResponse): CallResult {
  const returnDependencies: Record<string, string[]> = {};
  answer.getReturndependenciesMap().forEach((deps: pb.CallResponse.ReturnDependencies, key: string) => {
    returnDependencies[key] = deps.getUrnsList();
  });
  return { returns: fromStruct(answer.getReturn()), returnDependencies, failures: failuresOf(answer) };
}

export function decodeConstruct(answer: pb.ConstructResponse): ConstructResult {
  const outputDependencies: Record<string, string[]> = {};
  answer.getStatedependenciesMap().forEach((deps: pb.ConstructResponse.PropertyDependencies, key: string) => {
    outputDependencies[key] = deps.getUrnsList();
  });
  return { urn: answer.getUrn(), outputs: fromStruct(answer.getState()), outputDependencies };
}
