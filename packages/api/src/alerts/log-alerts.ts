import type { IAlerts } from '@countersign/core';
import type { FastifyBaseLogger } from 'fastify';
import type { Metrics } from '../metrics/metrics.ts';

/** Alerts as lines of the log and a counter: what people watch is their own (docs/configuration.md). What must not be lost is in the audit log. */
export function createLogAlerts(log: Pick<FastifyBaseLogger, 'warn' | 'error'>, metrics: Pick<Metrics, 'countAlert'>): IAlerts {
  return {
    raise({ kind, walletId, severity, message }) {
      metrics.countAlert(kind, severity);
      log[severity === 'critical' ? 'error' : 'warn']({ alert: kind, wallet: walletId, severity }, message);
    },
  };
}
