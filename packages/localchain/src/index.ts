/** The development chain with the real Squads v4 program; see docs/local-chain.md. */
export { describeSource } from './program/describe-source.ts';
export type { Dump, DumpProgram } from './program/dump-program.ts';
export { cachedProgramPath } from './program/program-cache.ts';
export { LOCAL_TREASURY } from './program/program-config.ts';
export { type BuildCrate, type ResolvedProgram, type ResolveProgramOptions, resolveProgram } from './program/resolve-program.ts';
export { type RunningLocalchain, type StartLocalchainOptions, startLocalchain } from './start-localchain.ts';
export type { ProgramSource, Svm, SvmAccount, SvmClock, SvmExecution, SvmInnerInstruction, SvmSimulation } from './svm/svm.ts';
