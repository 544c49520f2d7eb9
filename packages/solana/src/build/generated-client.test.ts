import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

test('the generator leaves a client that is up to date alone', () => {
  const script = fileURLToPath(new URL('../../../../tools/squads-client/generate.mjs', import.meta.url));
  execFileSync(process.execPath, [script]);
  expect(execFileSync(process.execPath, [script], { encoding: 'utf8' })).toBe('');
});
