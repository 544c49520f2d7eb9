import type { WalletId } from '@countersign/core';
import { expect, test } from 'vitest';
import { createLog } from '../logging.ts';
import { createMetrics } from '../metrics/metrics.ts';
import { createLogAlerts } from './log-alerts.ts';

test('an alert is a line that stands out and a figure', async () => {
  const lines: string[] = [];
  const metrics = createMetrics();
  const alerts = createLogAlerts(createLog('info', { write: (line: string) => void lines.push(line) }), metrics);
  alerts.raise({ kind: 'wallet.frozen', walletId: 'wal_1' as WalletId, severity: 'critical', message: 'The wallet x was frozen.' });
  alerts.raise({ kind: 'key.due_soon', walletId: null, severity: 'warning', message: 'A key is due.' });
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { level: 50, alert: 'wallet.frozen', wallet: 'wal_1', severity: 'critical', msg: 'The wallet x was frozen.' },
    { level: 40, alert: 'key.due_soon', wallet: null, severity: 'warning', msg: 'A key is due.' },
  ]);
  const rendered = await metrics.render();
  expect(rendered).toContain('countersign_alerts_total{kind="wallet.frozen",severity="critical"} 1');
  expect(rendered).toContain('countersign_alerts_total{kind="key.due_soon",severity="warning"} 1');
});
