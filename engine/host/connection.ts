import { PluginAttach } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import pb from "@pulumi/pulumi/proto/provider_pb";
import { Rpc } from "../rpc/client";
import { isUnimplemented, rpcMessage } from "../rpc/status";

export interface Abilities {
  acceptSecrets: boolean;
  acceptResources: boolean;
  acceptOutputs: boolean;
  supportsPreview: boolean;
  supportsAutonaming: boolean;
}

/** What one process has said in its handshake; shared by all its providers. */
export interface Connection {
  rpc: Rpc<typeof ResourceProviderService>;
  handshake: Abilities | undefined;
}

/** @throws Error when nobody answers at the address */
export async function connect(
  pkg: string,
  address: string,
  engineAddress: string,
  root: string,
  program: string,
): Promise<Connection> {
  const rpc = new Rpc(ResourceProviderService, address);
  const attach = new PluginAttach();
  attach.setAddress(engineAddress);
  try {
    await rpc.call(rpc.methods.attach, attach).catch(ignoreUnimplemented);
    const request = new pb.ProviderHandshakeRequest();
    request.setEngineAddress(engineAddress);
    request.setRootDirectory(root);
    request.setProgramDirectory(program);
    request.setConfigureWithUrn(true);
    request.setInvokeWithPreview(true);
    request.setSupportsRefreshBeforeUpdate(true);
    const answer = await rpc.call(rpc.methods.handshake, request).catch(ignoreUnimplemented);
    return {
      rpc,
      handshake: answer && {
        acceptSecrets: answer.getAcceptSecrets(),
        acceptResources: answer.getAcceptResources(),
        acceptOutputs: answer.getAcceptOutputs(),
        supportsPreview: true,
        supportsAutonaming: answer.getSupportsAutonamingConfiguration(),
      },
    };
  } catch (error) {
    rpc.close();
    throw new Error(`could not attach to the provider ${pkg} at ${address}: ${rpcMessage(error)}`);
  }
}

const ignoreUnimplemented = (error: unknown): undefined => {
  if (!isUnimplemented(error)) throw error;
  return undefined;
};
