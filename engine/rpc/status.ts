/** The codes of a call's status that the engine tells apart. */
export const STATUS = {
  ok: 0,
  unknown: 2,
  invalidArgument: 3,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
} as const;

/** A call that did not succeed. */
export class RpcError extends Error {
  constructor(
    readonly code: number,
    /** The server's own message. */
    readonly details: string,
    /** A google.rpc.Status with more about it, as bytes. */
    readonly binaryDetails?: Uint8Array,
  ) {
    super(details);
  }
}

export const isUnimplemented = (error: unknown): boolean =>
  error instanceof RpcError && error.code === STATUS.unimplemented;

export const rpcMessage = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
