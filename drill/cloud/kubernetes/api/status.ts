/** Why the API refuses a request: the Status object of the real API, as an error. */
export interface Cause {
  readonly field: string;
  readonly type: string;
  readonly message: string;
}

export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly Cause[];
  readonly retryAfterSeconds?: number;
}

export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    readonly code: number,
    readonly reason: string,
    message: string,
    readonly details: StatusDetails = {},
    readonly warnings: readonly string[] = [],
  ) {
    super(message);
  }

  get causes(): readonly Cause[] {
    return this.details.causes ?? [];
  }

  withWarnings(warnings: readonly string[]): ApiError {
    return new ApiError(this.code, this.reason, this.message, this.details, warnings);
  }
}

/** `deployments.apps "x"`: how messages name an object. */
export function qualified(resource: string, group: string, name: string): string {
  return `${group === "" ? resource : `${resource}.${group}`} "${name}"`;
}

export function notFound(resource: string, group: string, name: string): ApiError {
  return new ApiError(404, "NotFound", `${qualified(resource, group, name)} not found`, {
    name,
    kind: resource,
    ...(group === "" ? {} : { group }),
  });
}

export function alreadyExists(resource: string, group: string, name: string): ApiError {
  return new ApiError(409, "AlreadyExists", `${qualified(resource, group, name)} already exists`, {
    name,
    kind: resource,
    ...(group === "" ? {} : { group }),
  });
}

export function forbidden(
  resource: string,
  group: string,
  name: string,
  why: string,
  causes: readonly Cause[] = [],
): ApiError {
  return new ApiError(403, "Forbidden", `${qualified(resource, group, name)} is forbidden: ${why}`, {
    name,
    kind: resource,
    ...(group === "" ? {} : { group }),
    ...(causes.length === 0 ? {} : { causes }),
  });
}

/** Causes are sorted by field and text, so that the same mistake always reads the same. */
export function invalid(kind: string, group: string, name: string, found: readonly Cause[]): ApiError {
  const causes = [...found].sort((a, b) => compare(a.field, b.field) || compare(a.message, b.message));
  const lines = causes.map((cause) => `${cause.field}: ${cause.message}`);
  const list = lines.length === 1 ? lines[0] : `[${lines.join(", ")}]`;
  return new ApiError(422, "Invalid", `${qualified(kind, group, name)} is invalid: ${list}`, {
    name,
    kind,
    ...(group === "" ? {} : { group }),
    causes,
  });
}

export function badRequest(message: string): ApiError {
  return new ApiError(400, "BadRequest", message);
}

export function conflict(resource: string, group: string, name: string, message: string): ApiError {
  return new ApiError(
    409,
    "Conflict",
    `Operation cannot be fulfilled on ${qualified(resource, group, name)}: ${message}`,
    {
      name,
      kind: resource,
      ...(group === "" ? {} : { group }),
    },
  );
}

/** A failure for which the real server has no reason, only a text. */
export function internal(message: string): ApiError {
  return new ApiError(500, "", message);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
