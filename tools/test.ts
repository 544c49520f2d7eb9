/** `npm test`: every gate and every test that this machine can run, in order; says what was left out and why. `--slow` adds the long ones. */
import { describeSource, resolveProgram } from '@countersign/localchain';
import { complain, say } from './start/terminal.ts';
import { collectLeftOut } from './test/left-out.ts';
import { makeScratch } from './test/leftovers.ts';
import { killCommands } from './test/run-command.ts';
import { runStage, type StageResult } from './test/stage.ts';
import { SLOW_STAGES, STATIC_STAGES, vitestStage } from './test/stages.ts';

if (!process.versions.node.startsWith('24.')) {
  complain(`this is Node ${process.versions.node}; test with "npm test", which runs Node 24 from node_modules`);
  process.exit(1);
}
const slow = process.argv.includes('--slow');
const scratch = makeScratch();
const leftOut = collectLeftOut();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => {
    killCommands();
    scratch.clear();
    process.exit(1);
  });

const startedAtMs = performance.now();
const results: StageResult[] = [];
for (const stage of STATIC_STAGES) results.push(await runStage(stage));

const program = await resolveProgram({ env: process.env, report: say });
if (program.ok) {
  // Spares every test that starts a chain from asking a mainnet node again.
  if (program.source.kind === 'crate') process.env['COUNTERSIGN_PROGRAM_SOURCE'] ??= 'crate';
  results.push(await runStage(vitestStage(scratch.path, leftOut)));
  if (slow) for (const stage of SLOW_STAGES) results.push(await runStage(stage));
} else {
  complain(`there is no Squads program to test with: ${program.reason}`);
  results.push({ passed: 0, failed: 1, report: '' });
}
const left = scratch.clear();

say(`Squads program: ${program.ok ? describeSource(program.source) : 'none'}`);
if (!slow) for (const { what } of SLOW_STAGES) leftOut.see(`left out: ${what}; takes minutes: npm run test:slow`);
say('Left out:');
for (const line of leftOut.lines()) say(`  ${line}`);
if (left.length > 0) say(`Processes that tests left running, now killed:\n  ${left.join('\n  ')}`);
const sum = (of: (result: StageResult) => number): number => results.reduce((total, result) => total + of(result), 0);
const [passed, failed] = [sum((result) => result.passed), sum((result) => result.failed)];
say(`Took ${((performance.now() - startedAtMs) / 1000).toFixed(0)} s`);
say(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
