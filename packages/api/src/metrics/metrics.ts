import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { createWalletGauges, type WalletFigures } from './wallet-gauges.ts';

/** What is measured, in Prometheus' words. */
export interface Metrics {
  observeRequest(method: string, route: string, status: number, elapsedMs: number): void;
  /** A payment came into a state. */
  countPaymentState(state: string): void;
  /** A decision was recorded. */
  countDecision(verdict: string): void;
  setHealth(part: string, ok: boolean): void;
  /** How long a run of the job that looks after attempts took, and how many it looked at. */
  observeJob(attempts: number, elapsedMs: number): void;
  countAlert(kind: string, severity: string): void;
  /** What is known of all wallets now; it takes the place of what was known before. */
  setWallets(wallets: WalletFigures): void;
  readonly contentType: string;
  render(): Promise<string>;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const requests = new Histogram({
    name: 'countersign_http_request_duration_seconds',
    help: 'Duration of HTTP requests by route and status class',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers,
  });
  const states = new Counter({
    name: 'countersign_payment_states_total',
    help: 'Payments that came into a state, seen by this process',
    labelNames: ['state'],
    registers,
  });
  const decisions = new Counter({
    name: 'countersign_decisions_total',
    help: 'Recorded decisions by verdict, made by this process',
    labelNames: ['verdict'],
    registers,
  });
  const health = new Gauge({ name: 'countersign_health', help: '1 when the part is well', labelNames: ['part'], registers });
  const jobs = new Histogram({
    name: 'countersign_job_duration_seconds',
    help: 'Duration of one look at a batch of attempts',
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 5],
    registers,
  });
  const looked = new Counter({ name: 'countersign_attempts_looked_at_total', help: 'Attempts that the job looked at', registers });
  const alerts = new Counter({
    name: 'countersign_alerts_total',
    help: 'Alerts raised by this process',
    labelNames: ['kind', 'severity'],
    registers,
  });
  const setWallets = createWalletGauges(registers);
  return {
    countAlert: (kind, severity) => alerts.inc({ kind, severity }),
    setWallets,
    observeRequest: (method, route, status, elapsedMs) =>
      requests.observe({ method, route, status: `${Math.floor(status / 100)}xx` }, elapsedMs / 1000),
    countPaymentState: (state) => states.inc({ state }),
    countDecision: (verdict) => decisions.inc({ verdict }),
    setHealth: (part, ok) => health.set({ part }, ok ? 1 : 0),
    observeJob: (attempts, elapsedMs) => {
      jobs.observe(elapsedMs / 1000);
      looked.inc(attempts);
    },
    contentType: registry.contentType,
    render: () => registry.metrics(),
  };
}
