import underPressure from '@fastify/under-pressure';
import type { FastifyInstance } from 'fastify';
import { sendProblem } from './send-problem.ts';

/** How late the event loop may be before new work is refused instead of being made to wait. */
const MOST_LAG_MS = 2_000;

/** Refuses new requests while the process cannot keep up; health and metrics still answer, so that one can see why. */
export async function useLoadShedding(app: FastifyInstance): Promise<void> {
  await app.register(underPressure, {
    maxEventLoopDelay: MOST_LAG_MS,
    sampleInterval: 500,
    pressureHandler: (request, reply) => {
      if (request.url.startsWith('/health/') || request.url === '/metrics') return;
      sendProblem(request, reply, { code: 'overloaded' });
    },
  });
}
