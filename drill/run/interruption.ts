/**
 * Ctrl-C and SIGTERM end a drill in order: the signal returned is aborted, and `farewell` is printed. A second one does
 * not wait for anybody; the leashes end every process of the drill.
 */
export function interruption(print: (line: string) => void, farewell: string): AbortSignal {
  const interrupted = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (interrupted.signal.aborted) process.exit(130);
      print(`\n${farewell}`);
      interrupted.abort();
    });
  }
  return interrupted.signal;
}
