import { appendFileSync, writeFileSync } from "node:fs";
import { EventsService } from "@pulumi/pulumi/proto/events_grpc_pb";
import { EventRequest } from "@pulumi/pulumi/proto/events_pb";
import { Rpc } from "../rpc/client";
import { type EngineEvent, eventJson } from "./events";

export interface EventLog {
  write(event: EngineEvent): void;
  /** Resolves when everything has arrived. */
  close(): Promise<void>;
}

/** Sends events to `tcp://host:port` (the Automation API), or appends them as lines to a file. */
export function openEventLog(target: string): EventLog {
  let sequence = 0;
  if (!target.startsWith("tcp://")) {
    writeFileSync(target, "");
    return {
      write: (event) => appendFileSync(target, `${JSON.stringify(eventJson(event, sequence++))}\n`),
      close: () => Promise.resolve(),
    };
  }
  const rpc = new Rpc(EventsService, target.slice("tcp://".length));
  const stream = rpc.stream(rpc.methods.streamEvents);
  return {
    write(event) {
      const request = new EventRequest();
      request.setEvent(JSON.stringify(eventJson(event, sequence++)));
      stream.write(request);
    },
    async close() {
      // Whoever listened may be gone; the operation went on all the same.
      await stream.end().catch(() => undefined);
      rpc.close();
    },
  };
}
