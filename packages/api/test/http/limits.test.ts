import { describe, expect, test } from 'vitest';
import { startHarness } from './harness.ts';

describe('limits', () => {
  test('a credential that asks too often waits; another one does not', async () => {
    const harness = await startHarness({ rateLimitPerMinute: 5, failedLoginsPerMinute: 20 });
    try {
      for (let count = 0; count < 5; count += 1) expect((await harness.ask({ path: '/v1/whoami' })).status).toBe(200);
      const limited = await harness.ask({ path: '/v1/whoami' });
      expect(limited.json).toMatchObject({ status: 429, code: 'rate_limited' });
      expect(Number(limited.headers['retry-after'])).toBeGreaterThan(0);
      const other = await harness.issue('operator', null);
      expect((await harness.ask({ path: '/v1/whoami', as: other })).status).toBe(200);
      for (let count = 0; count < 20; count += 1) await harness.ask({ path: '/v1/whoami', as: 'cs_agent_nonsense' });
      expect((await harness.ask({ path: '/v1/whoami', as: 'cs_agent_nonsense' })).status).toBe(429);
    } finally {
      await harness.close();
    }
  });

  test('beyond this machine metrics need an operator and readiness tells no reasons', async () => {
    const harness = await startHarness({ host: '0.0.0.0' });
    try {
      expect((await harness.ask({ path: '/metrics', as: null })).status).toBe(401);
      expect((await harness.ask({ path: '/metrics' })).status).toBe(200);
      expect((await harness.ask({ path: '/health/ready', as: null })).text).not.toContain('secret words');
      expect((await harness.ask({ path: '/v1/whoami', headers: { host: 'pay.example' } })).status).toBe(200);
    } finally {
      await harness.close();
    }
  });

  test('PUBLIC_HOST is a further name on loopback', async () => {
    const harness = await startHarness({ publicHost: 'pay.example' });
    try {
      expect((await harness.ask({ path: '/v1/whoami', headers: { host: 'pay.example' } })).status).toBe(200);
      expect((await harness.ask({ path: '/v1/whoami', headers: { host: 'other.example' } })).status).toBe(421);
    } finally {
      await harness.close();
    }
  });
});
