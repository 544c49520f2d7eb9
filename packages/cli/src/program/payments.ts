import type { Command } from 'commander';
import { type Dispatch, define, group, type OptionSpec } from './define.ts';

const WAITS = ['submitted', 'confirmed', 'finalized'];
const TIMEOUT: OptionSpec = { flags: '--timeout <seconds>', about: 'how long to wait (default: 90)' };

export function addPaymentCommands(program: Command, dispatch: Dispatch): void {
  define(program, dispatch, {
    usage: 'pay',
    summary: 'ask for a payment, as the agent',
    about:
      'Inside the policy it is paid at once; above the amounts of the agent it waits for the owner; outside it is denied (exit code 3) with every rule that objects. ' +
      'The same idempotency key with the same payment pays once, however often it is sent.',
    options: [
      { flags: '--to <address>', about: 'who is paid: the address of a wallet', required: true },
      { flags: '--amount <amount>', about: 'how much, such as 0.25', required: true },
      { flags: '--asset <asset>', about: 'SOL (the default) or the mint of a token' },
      { flags: '--base-units', about: 'the amount is in base units: lamports for SOL' },
      { flags: '--memo <text>', about: 'text that is written on chain, for everybody to read' },
      { flags: '--idempotency-key <key>', about: 'the key of this payment; one is made and printed when it is not given' },
      { flags: '--dry-run', about: 'only decide: nothing is recorded, reserved or signed' },
      { flags: '--wait <state>', about: 'come back when it has got this far', choices: WAITS },
      TIMEOUT,
    ],
    examples: [
      'countersign pay --to 7Np41oeYqPefeNQEHSv1UDhYrehxin3NStELsSKCT4K2 --amount 0.25 --wait finalized',
      'countersign pay --to 7Np41oeYqPefeNQEHSv1UDhYrehxin3NStELsSKCT4K2 --amount 250000000 --base-units --dry-run',
    ],
    load: async () => (await import('../commands/pay.ts')).default,
  });
  const tx = group(program, 'tx', 'payments that were asked for', 'countersign tx list');
  define(tx, dispatch, {
    usage: 'show <transaction>',
    summary: 'one payment: state, decision, what the chain knows it by',
    examples: ['countersign tx show tx_01KAQ5R9V3N8X2M4T6W8Y0Z1B3'],
    load: async () => (await import('../commands/tx-show.ts')).default,
  });
  define(tx, dispatch, {
    usage: 'list',
    summary: 'payments of a wallet, newest first',
    options: [
      { flags: '--state <state>', about: 'only those in this state, such as awaiting_owner' },
      { flags: '--limit <count>', about: 'how many (default: 20)' },
    ],
    examples: ['countersign tx list', 'countersign tx list --state denied --limit 100'],
    load: async () => (await import('../commands/tx-list.ts')).default,
  });
  define(tx, dispatch, {
    usage: 'cancel <transaction>',
    summary: 'give up a payment that has not been signed',
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
