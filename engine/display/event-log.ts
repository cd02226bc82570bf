import { appendFileSync, writeFileSync } from "node:fs";
import { EventsClient } from "@pulumi/pulumi/proto/events_grpc_pb";
import { EventRequest } from "@pulumi/pulumi/proto/events_pb";
import { Rpc } from "../host/grpc";
import { type EngineEvent, eventJson } from "./events";

export interface EventLog {
  write(event: EngineEvent): void;
  /** Resolves when everything has arrived. */
  close(): Promise<void>;
}

interface EventStream {
  write(request: EventRequest): void;
  end(): void;
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
  const rpc = new Rpc(EventsClient as never, target.slice("tcp://".length));
  let done: () => void = () => {};
  const finished = new Promise<void>((resolve) => {
    done = resolve;
  });
  const client = rpc.client as {
    streamEvents(callback: () => void): EventStream & { on(event: string, listener: () => void): void };
  };
  const stream = client.streamEvents(() => done());
  stream.on("error", () => done());
  return {
    write(event) {
      const request = new EventRequest();
      request.setEvent(JSON.stringify(eventJson(event, sequence++)));
      stream.write(request);
    },
    async close() {
      stream.end();
      await finished;
      rpc.close();
    },
  };
}
