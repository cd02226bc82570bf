import type { ApiServer, Reference } from "../../api/server";
import type { KubernetesObject } from "../../api/types/meta";

/** Whether an object is what was asked for yet. */
export type Verdict =
  | { readonly state: "ready" }
  | { readonly state: "waiting"; readonly reasons: readonly string[] }
  | { readonly state: "failed"; readonly reasons: readonly string[] };

export const READY: Verdict = { state: "ready" };

export type Judge = (object: KubernetesObject) => Verdict;

export class NotReady extends Error {
  constructor(readonly reasons: readonly string[]) {
    super(reasons.join("; "));
  }
}

export interface Waiting {
  readonly server: ApiServer;
  readonly reference: Reference;
  readonly milliseconds: number;
  readonly signal: AbortSignal;
}

/** Resolves when the judge is content; rejects with NotReady when it gives up, or time is over. */
export function waitUntil(waiting: Waiting, judge: Judge): Promise<void> {
  const { server, reference, milliseconds, signal } = waiting;
  return new Promise((done, fail) => {
    let last: readonly string[] = [];
    let planned = false;
    const finish = (problem?: Error): void => {
      clearTimeout(timer);
      unwatch();
      signal.removeEventListener("abort", abort);
      if (problem === undefined) done();
      else fail(problem);
    };
    const look = (): void => {
      planned = false;
      const object = server.find(reference);
      const verdict = object === undefined ? deleted(reference) : judge(object);
      if (verdict.state === "ready") finish();
      else if (verdict.state === "failed") finish(new NotReady(verdict.reasons));
      else last = verdict.reasons;
    };
    const abort = (): void => finish(new NotReady(["the update was cancelled", ...last]));
    const timer = setTimeout(
      () => finish(new NotReady([`timed out after ${Math.round(milliseconds / 1000)} s`, ...last])),
      milliseconds,
    );
    signal.addEventListener("abort", abort);
    // Listeners are told in the middle of a write; look a moment later, once for many.
    const unwatch = server.watch(() => {
      if (planned) return;
      planned = true;
      setTimeout(() => planned && look(), 20);
    });
    look();
  });
}

function deleted({ kind, name }: Reference): Verdict {
  return { state: "failed", reasons: [`${kind} ${name} was deleted while it was waited for`] };
}

/** Resolves when the object is gone. */
export function waitUntilGone(
  { server, reference, milliseconds, signal }: Waiting,
  uid: string,
): Promise<void> {
  return new Promise((done, fail) => {
    const gone = (): boolean => server.find(reference)?.metadata.uid !== uid;
    if (gone()) return done();
    const finish = (problem?: Error): void => {
      clearTimeout(timer);
      unwatch();
      signal.removeEventListener("abort", abort);
      if (problem === undefined) done();
      else fail(problem);
    };
    const abort = (): void => finish(new NotReady(["the update was cancelled"]));
    const timer = setTimeout(() => {
      const finalizers = server.find(reference)?.metadata.finalizers ?? [];
      const why = finalizers.length === 0 ? "" : `; it is held by ${finalizers.join(", ")}`;
      finish(
        new NotReady([`timed out after ${Math.round(milliseconds / 1000)} s waiting for the deletion${why}`]),
      );
    }, milliseconds);
    signal.addEventListener("abort", abort);
    const unwatch = server.watch(({ type }) => {
      if (type === "DELETED" && gone()) finish();
    });
  });
}
