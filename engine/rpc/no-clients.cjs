// Takes the place of grpc-js in the engine's bundle: generated code makes a client class of every service when it is
// loaded, but the engine calls services by itself (client.ts).
"use strict";
exports.makeGenericClientConstructor = () => undefined;
