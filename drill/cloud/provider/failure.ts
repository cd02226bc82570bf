import { Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { InitialisationFailed } from "./provider";
import { toStruct } from "./wire";

/** An error as gRPC carries it. A half-made resource travels in the details, so that the engine keeps it. */
export function asServiceError(problem: unknown): ServiceError {
  const message = problem instanceof Error ? problem.message : String(problem);
  const metadata = new Metadata();
  if (problem instanceof InitialisationFailed) {
    const detail = new ErrorResourceInitFailed();
    detail.setId(problem.resource.id);
    detail.setProperties(toStruct(problem.resource.outputs));
    detail.setInputs(toStruct(problem.resource.inputs));
    detail.setReasonsList([...problem.resource.reasons]);
    const any = new Any();
    any.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
    const rpcStatus = new Status();
    rpcStatus.setCode(status.UNKNOWN);
    rpcStatus.setMessage(message);
    rpcStatus.addDetails(any);
    metadata.add("grpc-status-details-bin", Buffer.from(rpcStatus.serializeBinary()));
  }
  return Object.assign(new Error(message), { code: status.UNKNOWN, details: message, metadata });
}
