import type { ProblemTable } from './problem-entry.ts';

/** The owner's half: signing in, keys, kits, and what the chain must say before a change is done. */
export const OWNER_PROBLEMS: ProblemTable<
  | 'sign_in_invalid'
  | 'policy_loosens'
  | 'rotation_under_way'
  | 'not_drained'
  | 'chain_differs'
  | 'kit_missing'
  | 'kit_invalid'
  | 'recovery_key_missing'
  | 'owner_key_unavailable'
  | 'owner_key_refused'
  | 'owner_key_not_here'
> = {
  sign_in_invalid: {
    status: 422,
    title: 'The sign-in is not good',
    remedy:
      'Ask for a new text to sign (`POST /v1/sign-in/challenge`), sign exactly that with the owner key, and hand it in before it ends.',
    detail: ({ problem }) => `The sign-in message: ${problem}.`,
    members: [],
  },
  policy_loosens: {
    status: 422,
    title: 'The policy would let the agent do more',
    remedy: 'See `changes`; propose it as a revision instead, which the owner signs.',
    detail: ({ changes }) => `Only the owner can loosen a policy: ${changes.join('; ')}.`,
    members: ['changes'],
  },
  rotation_under_way: {
    status: 409,
    title: 'The keys of the wallet are being changed',
    remedy: 'Wait until the approval has ended: nothing new is signed for the wallet meanwhile.',
    detail: ({ wallet, approval }) => `The approval ${approval} is changing the keys of the wallet ${wallet}.`,
    members: ['wallet', 'approval'],
  },
  not_drained: {
    status: 409,
    title: 'Something of the wallet is still on its way',
    remedy: 'Wait until what was signed before has landed or can land no more, then try again.',
    detail: ({ wallet, problem }) => `The wallet ${wallet}: ${problem}.`,
    members: ['wallet'],
  },
  chain_differs: {
    status: 409,
    title: 'The chain does not hold what it should',
    remedy: 'See `differences`; the owner must look before anything of the wallet is changed.',
    detail: ({ wallet, differences }) => `The wallet ${wallet} on chain: ${differences.join('; ')}.`,
    members: ['wallet', 'differences'],
  },
  kit_missing: {
    status: 409,
    title: 'The owner has signed no such thing ahead of need',
    remedy: 'Make the kit (`POST /v1/wallets/{wallet}/kits`) and have the owner sign it.',
    detail: ({ wallet, purpose }) => `The wallet ${wallet} has no kit for ${purpose} that can be used.`,
    members: ['wallet', 'purpose'],
  },
  kit_invalid: {
    status: 422,
    title: 'The kit could do something that it must not',
    remedy: 'Sign nothing; report it with the request id.',
    detail: ({ problem }) => `The kit: ${problem}.`,
    members: [],
  },
  recovery_key_missing: {
    status: 409,
    title: 'The wallet has no recovery key',
    remedy: 'Propose a policy revision that names a recovery key, and have the owner sign it.',
    detail: ({ wallet }) => `The owner of the wallet ${wallet} chose no recovery key.`,
    members: ['wallet'],
  },
  owner_key_unavailable: {
    status: 503,
    title: 'The owner key cannot be reached',
    remedy: 'Check the holder of the key, or sign where the owner key is.',
    detail: ({ mayHaveSigned }) => `The holder of the owner key did not answer; it ${mayHaveSigned ? 'may' : 'cannot'} have signed.`,
    members: ['mayHaveSigned'],
  },
  owner_key_refused: {
    status: 403,
    title: 'The owner key was not opened or did not sign',
    remedy: 'Check the passphrase and the wallet, or sign where the owner key is.',
    detail: ({ problem }) => `The owner key: ${problem}.`,
    members: [],
  },
  owner_key_not_here: {
    status: 403,
    title: 'This service opens no owner key',
    remedy: 'Sign where the owner key is (`countersign approve`), or have OPEN_OWNER_KEY_HERE set.',
    detail: () => 'The service is not set to open an owner key on its own machine.',
    members: [],
  },
};
