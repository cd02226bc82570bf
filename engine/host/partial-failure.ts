import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { RpcError } from "../rpc/status";

export interface InitFailure {
  id: string;
  properties: Struct | undefined;
  inputs: Struct | undefined;
  reasons: string[];
  message: string;
}

/** The detail of "made, but not ready" in an error of a provider. */
export function partialFailure(error: unknown): InitFailure | undefined {
  if (!(error instanceof RpcError) || !error.binaryDetails) return undefined;
  const status = Status.deserializeBinary(error.binaryDetails);
  for (const detail of status.getDetailsList()) {
    if (!detail.getTypeUrl().endsWith("pulumirpc.ErrorResourceInitFailed")) continue;
    const failed = ErrorResourceInitFailed.deserializeBinary(detail.getValue_asU8());
    const reasons = failed.getReasonsList();
    return {
      id: failed.getId(),
      properties: failed.getProperties(),
      inputs: failed.getInputs(),
      reasons,
      message: `${reasons.length} error${reasons.length === 1 ? "" : "s"} occurred:\n${reasons.map((reason) => `\t* ${reason}\n`).join("")}`,
    };
  }
  return undefined;
}
