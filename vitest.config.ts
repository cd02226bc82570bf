import { defineConfig } from "vitest/config";

/**
 * Suites of pure logic: they start no process and no server of another language, and change nothing that others see –
 * no environment, no mocks of the SDK. They take turns in one thread, which loads what they share once; that spares half
 * of their time. A suite that is not named has a process of its own.
 */
const PURE = [
  "drill/cloud/{images,options,random}",
  "drill/cloud/aws/{account,edge/{firewall,registrations,routing},invokes/*,s3/*}",
  "drill/cloud/kubernetes/**/*",
  "drill/cloud/provider/*",
  "drill/generator/random",
  "drill/importer/{csv,mapping,values}",
  "drill/load/{figures,ledger,load,schedule}",
  "drill/run/{business-stops,executed,stack-file,walk,workspace}",
  "drill/shop/{money,old-formats,remembered,session}",
  "engine/{checkpoint,options,semantics}",
  "infra/{parameters,plan,proofs,units}",
  "jobs/frame/{environment,evidence-chain,object-store,progress}",
  "jobs/migrate/{mapping,options,report,throttle,touched}",
  "jobs/restore-check/row-versions",
  "jobs/verify/flows",
  "policies/{documentation,parity}",
  "policies/{frame,security}/*",
  "policies/upgrade/{calendar,change,lasting,order,proofs,workloads}",
  "releases/*",
  "upgrade/{dial,forecast,path,report}",
  "upgrade/{change,check,evidence,promotion}/*",
  "upgrade/gates/statistics",
].map((suites) => `test/${suites}.test.ts`);

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    poolOptions: {
      threads: { isolate: false, minThreads: 1, maxThreads: 1 },
      // Suites start real servers and wait for them a third of their time: three at a time keep two cores at work.
      // Programs of 250 resources leave much that dies young: room for it spares a fifth of their time.
      forks: { maxForks: 3, execArgv: ["--max-semi-space-size=64"] },
    },
    env: { FORCE_COLOR: "0" },
    reporters: process.env.CI
      ? ["default", ["json", { outputFile: "node_modules/.cache/vitest.json" }]]
      : ["default"],
    projects: [
      { extends: true, test: { name: "pure", include: PURE, pool: "threads" } },
      {
        extends: true,
        test: { name: "alone", include: ["test/**/*.test.ts"], exclude: PURE, pool: "forks" },
      },
    ],
  },
});
