export { ConfigurationProblem, compose, type Service } from './compose.ts';
export { type Cluster, type Config, EXIT_CONFIG, type LogLevel, readConfig } from './config.ts';
export type { Backend } from './http/backend.ts';
export { createServer, type Server, type ServerSettings } from './http/create-server.ts';
export { createLog } from './logging.ts';
export { createMetrics, type Metrics } from './metrics/metrics.ts';
export { renderErrorsPage } from './problems/errors-page.ts';
export { PROBLEM_CODES, PROBLEMS } from './problems/problem-table.ts';
