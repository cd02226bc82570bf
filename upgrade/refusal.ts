/** Something the operator can put right. Printed without a stack trace; the command exits 1, or 2 for wrong usage. */
export class Refusal extends Error {
  constructor(
    message: string,
    readonly exitCode: 1 | 2 = 1,
  ) {
    super(message);
    this.name = "Refusal";
    this.stack = "";
  }
}
