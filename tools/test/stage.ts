import { say } from '../start/terminal.ts';

export interface StageResult {
  readonly passed: number;
  readonly failed: number;
  /** What to show when something failed. */
  readonly report: string;
}

export interface Stage {
  readonly name: string;
  run(): Promise<StageResult>;
}

/** Runs one stage under its heading and says how long it took. A stage that throws has failed. */
export async function runStage({ name, run }: Stage): Promise<StageResult> {
  const startedAtMs = performance.now();
  say(`== ${name}`);
  const result = await run().catch((error: Error): StageResult => ({ passed: 0, failed: 1, report: error.stack ?? error.message }));
  if (result.failed > 0) say(result.report.trimEnd());
  const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1);
  say(`-- ${name}: ${result.failed === 0 ? 'ok' : `FAILED (${result.failed})`}, ${seconds} s\n`);
  return result;
}

/** A check that passes when it has nothing to say. */
export function check(problems: string): StageResult {
  return problems === '' ? { passed: 1, failed: 0, report: '' } : { passed: 0, failed: 1, report: problems };
}
