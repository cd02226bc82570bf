import { main } from "../../jobs/migrate/cli/main";

// The command line of the engine as one file, so that a benchmark measures it and not what compiles it.
main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
