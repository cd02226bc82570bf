// In place of the SDK's `runtime/closure/v8Hooks`, which attaches V8's debugger to every program at its start. It is
// needed to take functions apart, as dynamic providers do; attached, it slows every promise of a program that has none.
"use strict";
const v8 = require("node:v8");

v8.setFlagsFromString("--allow-natives-syntax");

const urls = new Map();
let session;

async function attach() {
  const { Session } = require("node:inspector");
  const attached = new Session();
  attached.connect();
  // Before it is enabled: what was loaded until now is told while it is being enabled.
  attached.on("Debugger.scriptParsed", ({ params: { scriptId, url } }) => urls.set(scriptId, url));
  await new Promise((done, fail) => {
    attached.post("Debugger.enable", (problem) => (problem === null ? done() : fail(problem)));
  });
  return attached;
}

module.exports = {
  async getSessionAsync() {
    session ??= attach();
    return session;
  },
  /** Asked at the start of a program, which waits for it. */
  async isInitializedAsync() {},
  getScriptUrl: (scriptId) => urls.get(scriptId),
};
