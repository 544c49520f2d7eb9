/** Every scenario, killed before and after every port call: `npm run test:slow`. Prints what it did; ends with 1 when something was lost or doubled. */
import { dieOnce, rehearse, startMortalStack } from './every-death.ts';
import { SCENARIOS } from './scenarios.ts';

const mortal = await startMortalStack();
let failures = 0;
for (const scenario of SCENARIOS) {
  const startedMs = performance.now();
  const calls = await rehearse(mortal, scenario);
  let died = 0;
  for (let call = 1; call <= calls.length; call += 1)
    for (const when of ['before', 'after']) {
      try {
        if ((await dieOnce(mortal, scenario, call * 2 + (when === 'after' ? 1 : 0), `${call}:${when}`)) === 'died') died += 1;
      } catch (error) {
        failures += 1;
        process.stdout.write(`  ${calls[call - 1] ?? ''}, ${when}: ${error instanceof Error ? error.message : String(error)}\n`);
      }
    }
  const seconds = Math.round((performance.now() - startedMs) / 1000);
  process.stdout.write(`${scenario.name}: ${calls.length} calls, ${died} deaths of ${calls.length * 2}, ${seconds} s\n`);
}
await mortal.close();
process.stdout.write(failures === 0 ? 'nothing lost, nothing doubled\n' : `${failures} failures\n`);
process.exit(failures === 0 ? 0 : 1);
