interface Answer<Result> {
  readonly at: number;
  readonly result: Promise<Result>;
}

/** Answers kept before all are forgotten. */
const MOST_ANSWERS = 1_000;

/**
 * Asks once for all who want to know the same within `freshMs` milliseconds. A failed question is not remembered: whoever
 * waits for it fails, and the next one asks again.
 */
export function remembered<Result>(
  freshMs: number,
  ask: (key: string) => Promise<Result>,
  now: () => number = Date.now,
): (key: string) => Promise<Result> {
  const answers = new Map<string, Answer<Result>>();
  return (key) => {
    const known = answers.get(key);
    if (known !== undefined && now() - known.at < freshMs) return known.result;
    if (answers.size >= MOST_ANSWERS) answers.clear();
    const answer = { at: now(), result: ask(key) };
    answers.set(key, answer);
    answer.result.catch(() => {
      if (answers.get(key) === answer) answers.delete(key);
    });
    return answer.result;
  };
}
