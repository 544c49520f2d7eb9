export type { World } from './invocation.ts';
export { EXIT_CODES, type ExitCode } from './outcome.ts';
export { run } from './run.ts';
