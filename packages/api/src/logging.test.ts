import { expect, test } from 'vitest';
import { createLog } from './logging.ts';

test('no secret is logged, wherever it stands', () => {
  const lines: string[] = [];
  const log = createLog('trace', { write: (line: string) => void lines.push(line) });
  const canary = 'cs_agent_7VfCanaryCanaryCanaryCanaryCanaryCanary_abcdef';
  log.info(
    { authorization: `Bearer ${canary}`, headers: { authorization: canary }, secret: canary, a: { b: { password: 'canary-2' } } },
    `said ${canary}`,
  );
  log.error({ err: new Error(`connect postgresql://user:canary-3@host/db with ${canary}`) });
  log.warn({ path: `/x?key=${canary}` });
  expect(lines).toHaveLength(3);
  expect(lines.join('').toLowerCase()).not.toContain('canary');
  expect(lines.every((line) => JSON.parse(line).time !== undefined)).toBe(true);
});
