/** A failure the user can understand; printed as "error: …" without a stack trace. */
export class UserError extends Error {
  constructor(
    message: string,
    readonly exitCode: number = 1,
  ) {
    super(message);
  }
}

/** The command or option exists in the CLI, not here. */
export function notSupported(what: string): UserError {
  return new UserError(`not supported by the offline engine: ${what}; use the Pulumi CLI`);
}

/** Work stopped and everything was already said; nothing more is printed. */
export class Bail extends Error {}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
