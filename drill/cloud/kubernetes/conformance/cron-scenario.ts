import type { CronJob, Job } from "../api/types/workloads";
import { masked, view } from "./views";
import type { Seen, World } from "./world";

const NAMES = ["good", "bad", "long-forbid", "long-replace", "long-allow", "suspended"];

/** Jobs of three minutes, under each policy. */
export function cronHistory(world: World, objects: readonly unknown[]): readonly (() => Seen)[] {
  const minutes: number[] = [];
  const jobs = (): Job[] => world.server.list<Job>("batch/v1", "Job", "orders");
  const named = (names: readonly string[], owner: string): string[] =>
    names
      .filter((name) => name.replace(/-\d+$/, "") === owner)
      .sort()
      .map((name) => `${owner}-<minute ${minutes.indexOf(Number(/\d+$/.exec(name)?.[0])) + 1}>`);
  return [
    () => {
      for (const object of objects) world.create(object);
      world.settle(30);
      for (let count = 0; count < 3; count++) {
        world.settle(60);
        minutes.push(Math.floor(world.clock.now() / 60_000));
      }
      world.settle(10);
      const made = world.added.filter((each) => each.startsWith("Job ")).map((each) => each.slice(4));
      const left = jobs().map(({ metadata }) => metadata.name);
      const [first] = jobs().filter(({ metadata }) => metadata.name.startsWith("good-"));
      const shown = view(first, ["name", "generation", "labels", "annotations", "ownerReferences"]) as object;
      const text = JSON.stringify(shown).replaceAll(/good-\d+/g, "good-<minute 1>");
      return {
        "first Job of good": JSON.parse(text) as unknown,
        "created in all": Object.fromEntries(NAMES.map((name) => [name, named(made, name)])),
        "still there": Object.fromEntries(NAMES.map((name) => [name, named(left, name)])),
      };
    },
    () =>
      Object.fromEntries(
        NAMES.map((name) => {
          const cron = world.find<CronJob>("CronJob", name, "batch/v1");
          const text = JSON.stringify(masked(cron?.status ?? {}));
          const numbered = text.replaceAll(
            /-(\d{8})"/g,
            (_all, minute: string) => `-<minute ${minutes.indexOf(Number(minute)) + 1}>"`,
          );
          return [name, JSON.parse(numbered) as unknown];
        }),
      ),
    () => {
      for (const name of NAMES)
        world.server.delete(
          { apiVersion: "batch/v1", kind: "CronJob", namespace: "orders", name },
          { propagation: "Background" },
        );
      world.settle();
      return { "Jobs left": jobs().length };
    },
  ];
}
