import type { Command } from 'commander';
import { type Dispatch, define, group } from './define.ts';
import { ELSEWHERE } from './key-options.ts';

export function addWalletCommands(program: Command, dispatch: Dispatch): void {
  const wallet = group(program, 'wallet', 'make wallets and look at them', 'countersign wallet show');
  define(wallet, dispatch, {
    usage: 'create',
    summary: 'make a wallet; the owner signs its creation',
    about: 'The service makes the agent key. Nothing is on chain, and nothing can be funded, before the owner has approved.',
    options: [
      { flags: '--name <name>', about: 'what people call it', required: true },
      { flags: '--owner <public key>', about: 'the owner key: base58 of 32 bytes' },
      { flags: '--owner-key <file>', about: 'or its file; only the public key is read', file: true },
      ...ELSEWHERE,
      { flags: '--recovery <public key>', about: 'a second owner key that lies offline and may take the place of a lost one' },
      {
        flags: '--policy <file>',
        about: 'what the agent may do: a policy document (see "countersign policy check")',
        required: true,
        file: true,
      },
    ],
    examples: [
      'countersign wallet create --name main --owner-key ~/.config/countersign/owner-key.json --policy policy.json',
      'countersign wallet create --name main --owner 9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin --recovery 7Np41oeYqPefeNQEHSv1UDhYrehxin3NStELsSKCT4K2 --policy policy.json',
      'countersign approve --watch',
    ],
    load: async () => (await import('../commands/wallet-create.ts')).default,
  });
  define(wallet, dispatch, {
    usage: 'show [wallet]',
    summary: 'state, keys, balances, the address to fund, and what asks for your attention',
    examples: ['countersign wallet show', 'countersign wallet show main --json'],
    load: async () => (await import('../commands/wallet-show.ts')).default,
  });
  define(wallet, dispatch, {
    usage: 'list',
    summary: 'all wallets',
    examples: ['countersign wallet list'],
    load: async () => (await import('../commands/wallet-list.ts')).default,
  });
  define(wallet, dispatch, {
    usage: 'address [wallet]',
    summary: 'the address to fund, alone on one line',
    about: 'It is the vault. Money that is sent to any other address of the wallet is lost.',
    examples: ['solana transfer "$(countersign wallet address)" 1'],
    load: async () => (await import('../commands/wallet-address.ts')).default,
  });
}
