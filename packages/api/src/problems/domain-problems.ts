import type { ProblemTable } from './problem-entry.ts';

/** What the domain refuses: payments, policies, wallets and approvals. */
export const DOMAIN_PROBLEMS: ProblemTable<
  | 'recipient_is_own_wallet'
  | 'recipient_off_curve'
  | 'memo_too_long'
  | 'asset_not_supported'
  | 'policy_invalid'
  | 'policy_not_backed_by_chain'
  | 'policy_revision_conflict'
  | 'wallet_not_active'
  | 'wallet_not_frozen'
  | 'state_conflict'
  | 'approval_not_waiting'
  | 'approval_denied'
  | 'approval_not_prepared'
  | 'too_many_approvals'
  | 'another_countersigned_payment'
  | 'owner_signature_invalid'
  | 'statement_invalid'
  | 'payment_denied'
  | 'message_too_large'
  | 'lookup_changed'
> = {
  recipient_is_own_wallet: {
    status: 422,
    title: 'The recipient is the wallet itself',
    remedy: 'Name the address of somebody else.',
    detail: ({ recipient }) => `${recipient} belongs to the paying wallet or to this service.`,
    members: ['field', 'recipient'],
  },
  recipient_off_curve: {
    status: 422,
    title: 'The recipient is not an address that a key can sign for',
    remedy: "Name the recipient's wallet address, not a token account or another program's account.",
    detail: ({ recipient }) => `${recipient} is not a point of the curve, so nobody holds a key for it; what is sent there may be lost.`,
    members: ['field', 'recipient'],
  },
  memo_too_long: {
    status: 400,
    title: 'The memo is too long',
    remedy: 'Shorten the memo.',
    detail: ({ bytes, limitBytes }) => `The memo has ${bytes} bytes of UTF-8; ${limitBytes} fit.`,
    members: ['field', 'bytes', 'limitBytes'],
  },
  message_too_large: {
    status: 422,
    title: 'The message does not fit into one transaction',
    remedy: 'Ask for less at once: with what the wallet adds to execute it, it must fit into one Solana transaction.',
    detail: ({ bytes, limitBytes }) => `The transaction would have ${bytes} bytes; ${limitBytes} fit.`,
    members: ['bytes', 'limitBytes'],
  },
  lookup_changed: {
    status: 409,
    title: 'A lookup table no longer holds what was decided on',
    remedy: 'Ask again: what the message does now has to be decided anew.',
    detail: ({ table }) => `The lookup table ${table} gives other accounts than when the message was decided on, so nothing was signed.`,
    members: ['table'],
  },
  asset_not_supported: {
    status: 422,
    title: 'The asset is not supported',
    remedy: 'Use "SOL" or the mint of a token that the service supports.',
    detail: ({ asset, problem }) => `${asset}: ${problem}.`,
    members: ['asset'],
  },
  policy_invalid: {
    status: 422,
    title: 'The policy is not valid',
    remedy: 'Correct every line of `problems`; docs/spec/policy.md describes the document.',
    detail: ({ problems }) =>
      problems.map(({ path, problem }) => (path === '' ? `The document ${problem}` : `${path} ${problem}`)).join('; '),
    members: ['problems'],
  },
  policy_not_backed_by_chain: {
    status: 422,
    title: 'The chain cannot enforce this policy',
    remedy: 'Give the asset a window of 86400, 604800 or 2592000 seconds.',
    detail: ({ asset, problem }) => `${asset} ${problem}.`,
    members: ['asset'],
  },
  policy_revision_conflict: {
    status: 409,
    title: 'The policy changed meanwhile',
    remedy: 'Read the policies of the wallet and propose again.',
    detail: ({ expected, actual }) => `Revision ${expected} was expected to be in force, it is ${actual}.`,
    members: ['expected', 'actual'],
  },
  wallet_not_active: {
    status: 409,
    title: 'The wallet is not active',
    remedy: 'Wait until the wallet is active, or have the owner unfreeze it.',
    detail: ({ wallet, state }) => `The wallet ${wallet} is ${state}.`,
    members: ['wallet', 'state'],
  },
  wallet_not_frozen: {
    status: 409,
    title: 'The wallet is not frozen',
    remedy: 'Nothing needs to be done.',
    detail: ({ wallet }) => `The wallet ${wallet} is not frozen, so it cannot be unfrozen.`,
    members: ['wallet'],
  },
  state_conflict: {
    status: 409,
    title: 'It is in another state by now',
    remedy: 'Read it again and decide anew.',
    detail: ({ kind, id, expected, actual }) => `The ${kind} ${id} had to be ${expected} and is ${actual}.`,
    members: ['kind', 'id', 'expected', 'actual'],
  },
  approval_not_waiting: {
    status: 409,
    title: 'The approval no longer waits',
    remedy: 'Read the approval to see how it ended.',
    detail: ({ approval, state }) => `The approval ${approval} is ${state}.`,
    members: ['approval', 'state'],
  },
  approval_denied: {
    status: 403,
    title: 'The policy denies this transaction even with the owner',
    remedy: 'See `objections`; only another policy, signed by the owner, can change it.',
    detail: ({ objections }) => objections.join(' '),
    members: ['approval', 'objections'],
  },
  approval_not_prepared: {
    status: 409,
    title: 'What was signed is not what was prepared last',
    remedy: 'Prepare the approval again and sign what comes back.',
    detail: ({ approval, problem }) => `The approval ${approval}: ${problem}.`,
    members: ['approval'],
  },
  too_many_approvals: {
    status: 429,
    title: 'Too many payments wait for the owner',
    remedy: 'Let the owner approve or reject what waits, or cancel some of it, then ask again.',
    detail: ({ waiting }) => `${waiting} payments of this wallet wait for the owner already.`,
    members: ['wallet', 'waiting'],
  },
  another_countersigned_payment: {
    status: 409,
    title: 'Another countersigned payment is on its way',
    remedy: 'Wait until it has ended: one countersigned payment of a wallet goes at a time.',
    detail: ({ request }) => `The payment ${request} has not ended yet.`,
    members: ['wallet', 'request'],
  },
  owner_signature_invalid: {
    status: 422,
    title: "A signature is not the owner's over these bytes",
    remedy: 'Sign exactly the bytes that were prepared last, with the owner key of the wallet.',
    detail: ({ what }) => `The signature does not verify: ${what}.`,
    members: [],
  },
  statement_invalid: {
    status: 422,
    title: 'The owner statement is not good any more',
    remedy: 'Sign a new one: prepare the approval again, or make the statement anew where you made it yourself.',
    detail: ({ problem }) => `The statement: ${problem}.`,
    members: [],
  },
  payment_denied: {
    status: 403,
    title: 'The policy denies this transaction',
    remedy: 'See `violations` for every rule that objected and `budgets` for what is left and when it comes back.',
    detail: ({ request }) => `The transaction ${request} was denied; nothing was signed.`,
    members: [],
  },
};
