/** An error as the S3 API answers it. */
export class S3Failure extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = "S3Failure";
  }
}

export const noSuchBucket = (bucket: string): S3Failure =>
  new S3Failure(404, "NoSuchBucket", `The specified bucket does not exist: ${bucket}`);
export const noSuchKey = (key: string): S3Failure =>
  new S3Failure(404, "NoSuchKey", `The specified key does not exist: ${key}`);
