// Lets V8 optimise a function only after it has run a good deal longer than usual. A program, a pack or the engine itself
// is over within seconds, and a fifth of its processor time was the optimising compiler's, for code that ends before that
// is earned. The default is 67,584. Not for what runs for minutes.
"use strict";
require("node:v8").setFlagsFromString("--interrupt-budget=1000000");
