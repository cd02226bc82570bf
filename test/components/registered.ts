import * as pulumi from "@pulumi/pulumi";
import type { MockResourceArgs } from "@pulumi/pulumi/runtime/mocks";

export interface Registered {
  readonly type: string;
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: inputs of any resource
  readonly inputs: Record<string, any>;
}

const registered: Registered[] = [];

/** Answers every registration at once; has to be awaited before the first resource is made. */
export const startRecording = (): Promise<void> =>
  pulumi.runtime.setMocks(
    {
      newResource({ type, name, inputs }: MockResourceArgs) {
        registered.push({ type, name, inputs });
        return { id: `${name}-id`, state: { arn: `arn:aws:mock:::${name}`, name, ...inputs } };
      },
      call: () => ({}),
    },
    "order-upgrade",
    "test",
    false,
  );

/** What `make` registered, when all of it is there. */
export async function registeredBy(make: () => unknown): Promise<Registered[]> {
  registered.length = 0;
  make();
  const { waitForRPCs } = (await import("@pulumi/pulumi/runtime/settings.js")) as unknown as {
    waitForRPCs: (disconnect: boolean) => Promise<void>;
  };
  await waitForRPCs(false);
  return [...registered];
}

/** The one resource of a type. */
export function only(resources: readonly Registered[], type: string): Registered {
  const found = resources.filter((one) => one.type === type);
  if (found.length !== 1) throw new Error(`${found.length} resources of ${type}`);
  return found[0] as Registered;
}

export const COMMON = { prefix: "orders-test", tags: { team: "orders" } } as const;
