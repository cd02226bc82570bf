/** An answer other than success, thrown by whoever finds it: `{"error": code, …details}`. */
export class HttpProblem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super(code);
    this.name = "HttpProblem";
    this.stack = "";
  }

  get body(): Record<string, unknown> {
    return { error: this.code, ...this.details };
  }
}

export const unauthorised = (): HttpProblem => new HttpProblem(401, "not-logged-in");
export const forbidden = (): HttpProblem => new HttpProblem(403, "not-allowed");
export const notFound = (what: string): HttpProblem => new HttpProblem(404, "not-found", { what });
