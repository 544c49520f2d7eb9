import type { ProblemTable } from './problem-entry.ts';

const RETRY = 'Try again shortly. A payment is safe to repeat with the same Idempotency-Key.';

/** What is wrong on this side: parts that do not answer, and bugs. Details say nothing of the machines behind. */
export const SERVICE_PROBLEMS: ProblemTable<
  | 'signer_unavailable'
  | 'signer_refused'
  | 'chain_unavailable'
  | 'chain_rejected'
  | 'simulation_failed'
  | 'nodes_disagree'
  | 'database_unavailable'
  | 'clock_disagrees'
  | 'undecodable_message'
  | 'decoded_differently'
  | 'not_ready'
  | 'overloaded'
  | 'internal_error'
> = {
  signer_unavailable: {
    status: 503,
    title: 'The signer does not answer',
    remedy: RETRY,
    detail: () => 'The process that holds the keys did not answer in time. No signature has left it.',
    members: [],
  },
  signer_refused: {
    status: 403,
    title: 'The signer refused',
    remedy: 'The bounds that the owner signed do not allow this; `signerCode` says which rule.',
    detail: ({ signerCode }) => `The signer refused: ${signerCode}.`,
    members: ['signerCode'],
  },
  chain_unavailable: {
    status: 503,
    title: 'The chain does not answer',
    remedy: RETRY,
    detail: () => 'No node of the chain answered. Nothing was decided, signed or sent.',
    members: [],
  },
  chain_rejected: {
    status: 502,
    title: 'The chain rejected it',
    remedy: 'Read the transaction to see how it ends; where `mayHaveLanded` is true only the chain can tell.',
    detail: ({ mayHaveLanded }) => `A node refused the transaction; it ${mayHaveLanded ? 'may' : 'cannot'} have landed all the same.`,
    members: ['mayHaveLanded'],
  },
  simulation_failed: {
    status: 503,
    title: 'The simulation could not be made',
    remedy: RETRY,
    detail: () => 'The accounts kept changing while the transaction was simulated. Nothing was decided, signed or sent.',
    members: [],
  },
  nodes_disagree: {
    status: 503,
    title: 'The nodes of the chain disagree',
    remedy: 'Try again shortly; the operator must look when it stays so. A payment is safe to repeat with the same Idempotency-Key.',
    detail: () =>
      'The configured nodes tell different things about an account that the decision depends on. Nothing was decided, signed or sent.',
    members: [],
  },
  database_unavailable: {
    status: 503,
    title: 'The database does not answer',
    remedy: RETRY,
    detail: () => 'The database did not answer. Whether this request was recorded shows when it is repeated.',
    members: [],
  },
  clock_disagrees: {
    status: 503,
    title: 'The clocks disagree',
    remedy: 'The operator must set the clock of the service: nothing is paid while it differs from the chain.',
    detail: () => 'The clock of the service and that of the chain are too far apart.',
    members: [],
  },
  undecodable_message: {
    status: 500,
    title: 'A transaction could not be decoded',
    remedy: 'Report it with the request id: nothing was signed.',
    detail: () => 'The bytes that were built could not be understood completely, so they were not signed.',
    members: [],
  },
  decoded_differently: {
    status: 500,
    title: 'A transaction does something else than was asked',
    remedy: 'Report it with the request id: nothing was signed.',
    detail: () => 'The bytes that were built do not decode to what was asked, so they were not signed.',
    members: [],
  },
  not_ready: {
    status: 503,
    title: 'The service is starting',
    remedy: 'Try again shortly; /health/ready says what is being waited for.',
    detail: () => 'The service is not connected to everything it needs yet.',
    members: [],
  },
  overloaded: {
    status: 503,
    title: 'The service is overloaded',
    remedy: RETRY,
    detail: () => 'There is too much to do at the moment. This request was not begun.',
    members: [],
  },
  internal_error: {
    status: 500,
    title: 'Something went wrong here',
    remedy: 'Report it with the request id. A payment is safe to repeat with the same Idempotency-Key.',
    detail: () => 'The service met an error of its own.',
    members: [],
  },
};
