import { objection, type Rule } from './rule.ts';

/** INVARIANT I7: a wallet that is not active pays nothing, whoever asks. */
export const walletActive: Rule = {
  name: 'wallet-active',
  judge: ({ walletState }) =>
    walletState === 'active'
      ? []
      : [
          objection(
            'wallet-active',
            'denied',
            walletState === 'frozen' ? 'The wallet is frozen; only the owner can unfreeze it.' : `The wallet is ${walletState}.`,
            { state: walletState },
          ),
        ],
};
