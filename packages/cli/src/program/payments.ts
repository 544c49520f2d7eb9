import type { Command } from 'commander';
import { type Dispatch, define, group, type OptionSpec } from './define.ts';

const WAITS = ['submitted', 'confirmed', 'finalized'];
const TIMEOUT: OptionSpec = { flags: '--timeout <seconds>', about: 'how long to wait (default: 90)' };

export function addPaymentCommands(program: Command, dispatch: Dispatch): void {
  define(program, dispatch, {
    usage: 'pay',
    summary: 'ask for a payment, or for a message to be executed, as the agent',
    about:
      'Inside the policy it is paid at once, or after a delay in which it can be vetoed; above the amounts of the agent it waits for the owner; outside it is denied ' +
      '(exit code 3) with every rule that objects. A message that does more than pay always waits for the owner. ' +
      'The same idempotency key with the same request pays once, however often it is sent.',
    options: [
      { flags: '--to <address>', about: 'who is paid: the address of a wallet' },
      { flags: '--amount <amount>', about: 'how much, such as 0.25' },
      { flags: '--asset <asset>', about: 'SOL (the default) or the mint of a token' },
      { flags: '--base-units', about: 'the amount is in base units: lamports for SOL' },
      { flags: '--memo <text>', about: 'text that is written on chain, for everybody to read' },
      {
        flags: '--message <file>',
        about:
          'instead of a payment: a serialized Solana message without signatures (bytes or base64; - is standard input) for the vault to execute',
        file: true,
      },
      { flags: '--idempotency-key <key>', about: 'the key of this request; one is made and printed when it is not given' },
      { flags: '--dry-run', about: 'only decide: nothing is recorded, reserved or signed' },
      { flags: '--wait <state>', about: 'come back when it has got this far', choices: WAITS },
      TIMEOUT,
    ],
    examples: [
      'countersign pay --to 7Np41oeYqPefeNQEHSv1UDhYrehxin3NStELsSKCT4K2 --amount 0.25 --wait finalized',
      'countersign pay --to 7Np41oeYqPefeNQEHSv1UDhYrehxin3NStELsSKCT4K2 --amount 250000000 --base-units --dry-run',
      'countersign pay --message swap.bin --dry-run',
    ],
    load: async () => (await import('../commands/pay.ts')).default,
  });
  const tx = group(program, 'tx', 'payments that were asked for', 'countersign tx list');
  define(tx, dispatch, {
    usage: 'show <transaction>',
    summary: 'one transaction: state, effects, decision, what the chain knows it by',
    examples: ['countersign tx show tx_01KAQ5R9V3N8X2M4T6W8Y0Z1B3'],
    load: async () => (await import('../commands/tx-show.ts')).default,
  });
  define(tx, dispatch, {
    usage: 'list',
    summary: 'payments of a wallet, newest first',
    options: [
      { flags: '--state <state>', about: 'only those in this state, such as awaiting_owner or awaiting_delay' },
      { flags: '--limit <count>', about: 'how many (default: 20)' },
    ],
    examples: ['countersign tx list', 'countersign tx list --state denied --limit 100'],
    load: async () => (await import('../commands/tx-list.ts')).default,
  });
  define(tx, dispatch, {
    usage: 'cancel <transaction>',
    summary: 'give up a payment that has not been signed: one that waits for the owner or for its moment',
    examples: ['countersign tx cancel tx_01KAQ5R9V3N8X2M4T6W8Y0Z1B3'],
    load: async () => (await import('../commands/tx-cancel.ts')).default,
  });
  define(tx, dispatch, {
    usage: 'watch <transaction>',
    summary: 'follow a payment until it is final',
    options: [{ flags: '--until <state>', about: 'how far (default: finalized)', choices: WAITS }, TIMEOUT],
    examples: ['countersign tx watch tx_01KAQ5R9V3N8X2M4T6W8Y0Z1B3'],
    load: async () => (await import('../commands/tx-watch.ts')).default,
  });
}
