import type { ApiServer } from "../api/server";
import type { ContainerStatus, Pod } from "../api/types/pod";
import { timestamp } from "../api/values/clock";
import { podStatus } from "../kubelet/pod-status";

const START = 1_500;

/**
 * A node that runs nothing: the image says what it reports. `exits-N` ends with N, `never-ready` runs, anything else
 * runs and is ready. Deleted pods are gone at once.
 */
export function simulateNode(server: ApiServer): void {
  const seen = new Set<string>();
  let addresses = 0;
  const report = (
    uid: string,
    reference: Pod,
    change: (status: ContainerStatus) => ContainerStatus,
  ): void => {
    const pod = server.find<Pod>({ ...reference, ...reference.metadata });
    if (pod === undefined || pod.metadata.uid !== uid || pod.metadata.deletionTimestamp !== undefined) return;
    const containers = pod.spec.containers.map(({ name, image }) =>
      change({ name, image, imageID: "", ready: false, started: true, restartCount: 0 }),
    );
    server.updateStatus({ ...pod, status: podStatus(pod, containers, [], timestamp(server.clock)) });
  };
  const accept = (given: Pod): void => {
    const uid = given.metadata.uid ?? "";
    const pod = server.find<Pod>({ ...given, ...given.metadata });
    if (pod === undefined || pod.metadata.uid !== uid) return;
    if (pod.metadata.deletionTimestamp !== undefined) {
      server.removePod({ ...pod, ...pod.metadata }, uid);
      return;
    }
    if (seen.has(uid)) return;
    seen.add(uid);
    addresses += 1;
    const bound = server.bind({ ...pod, spec: { ...pod.spec, nodeName: "n1" } });
    server.updateStatus({
      ...bound,
      status: { ...podStatus(bound, [], [], timestamp(server.clock)), podIP: `10.244.0.${addresses}` },
    });
    const image = pod.spec.containers[0]?.image ?? "";
    server.clock.after(START, () => {
      report(uid, pod, (status) => ({
        ...status,
        ready: !image.includes("never-ready"),
        state: { running: { startedAt: timestamp(server.clock) } },
      }));
      const exit = /exits-(\d+)/.exec(image)?.[1];
      if (exit === undefined) return;
      server.clock.after(START, () =>
        report(uid, pod, (status) => ({
          ...status,
          state: { terminated: { exitCode: Number(exit), finishedAt: timestamp(server.clock) } },
        })),
      );
    });
  };
  server.watch(({ type, object }) => {
    if (object.kind === "Pod" && type !== "DELETED") server.clock.after(1, () => accept(object as Pod));
  });
}
