import type { Command } from 'commander';
import { type Dispatch, define, type OptionSpec } from './define.ts';
import { KEY, YES } from './key-options.ts';

const RPC: OptionSpec = {
  flags: '--rpc <url>',
  about: 'a Solana node (https); several times: what is read has to be the same on all that answer',
  required: true,
  repeated: true,
};
const DRY_RUN: OptionSpec = { flags: '--dry-run', about: 'only look and show: nothing is signed or sent' };

/** What an owner does about a lost key, a lost service, or both. */
export function addOwnerChainCommands(owner: Command, dispatch: Dispatch): void {
  addRecoveryKitCommands(owner, dispatch);
  addRecover(owner, dispatch);
  addWithdraw(owner, dispatch);
}

function addRecoveryKitCommands(owner: Command, dispatch: Dispatch): void {
  const kit = define(owner, dispatch, {
    usage: 'recovery-kit [approval]',
    summary: 'sign ahead of need what hands the wallet over to your recovery key',
    about:
      'Takes the approval that waits, or has one opened (by an operator), checks the bytes, signs, and keeps the kit here: the service keeps none. Whoever has ' +
      'the kit and the recovery key can take the wallet: keep them apart.',
    options: [
      { flags: '--out <file>', about: 'where the kit goes (default: recovery-kit.json)', file: true },
      { flags: '--print', about: 'print a page with the kit as QR codes' },
      ...KEY,
      YES,
    ],
    examples: ['countersign owner recovery-kit --out recovery-kit.json', 'countersign owner recovery-kit --print > kit-page.txt'],
    load: async () => (await import('../commands/owner-recovery-kit.ts')).default,
  });
  define(kit, dispatch, {
    usage: 'check <file>',
    summary: 'prove what a recovery kit can do, and that it can do nothing else; offline',
    options: [{ flags: '--print', about: 'print its page again' }],
    examples: [
      'countersign owner recovery-kit check recovery-kit.json',
      'countersign owner recovery-kit check -   # paste the lines of a printed kit',
    ],
    load: async () => (await import('../commands/owner-recovery-kit-check.ts')).default,
  });
}

function addRecover(owner: Command, dispatch: Dispatch): void {
  define(owner, dispatch, {
    usage: 'recover',
    summary: 'take a wallet over whose owner key is lost, with its recovery kit and the chain alone',
    about:
      'Needs no service. The recovery key signs and pays. Shows what each transaction does, asks, sends, and waits until it is final; cut off, it goes on when ' +
      'you run it again. Leave --new-owner away where the service shall go on with the wallet ("keys replace-owner --consent recovery").',
    options: [
      { flags: '--kit <file>', about: 'the recovery kit; - is pasted', required: true, file: true },
      { flags: '--recovery-key <file>', about: 'the recovery key: sealed file or keypair file', required: true, file: true },
      { flags: '--passphrase-file <file>', about: 'its passphrase; else you are asked', file: true },
      { flags: '--new-owner <address>', about: 'who controls the wallet then (default: the recovery key)' },
      RPC,
      DRY_RUN,
      { flags: '--yes', about: 'do not ask' },
    ],
    examples: [
      'countersign owner recover --kit recovery-kit.json --recovery-key recovery-key.json --rpc https://api.mainnet-beta.solana.com --dry-run',
      'countersign owner recover --kit recovery-kit.json --recovery-key recovery-key.json --rpc https://api.mainnet-beta.solana.com',
    ],
    load: async () => (await import('../commands/owner-recover.ts')).default,
  });
}

function addWithdraw(owner: Command, dispatch: Dispatch): void {
  define(owner, dispatch, {
    usage: 'withdraw',
    summary: 'take all money out of a wallet with the owner key and the chain alone',
    about:
      'Needs no service and no agent. First every right but yours goes, then the money. Shows what each transaction does and asks for the first 8 characters of ' +
      'the destination; cut off, it goes on when you run it again. This ends the wallet for its agent, and cannot be undone.',
    options: [
      {
        flags: '--multisig <address>',
        about: 'the wallet: its multisig address (in "wallet show" and in every recovery kit)',
        required: true,
      },
      { flags: '--to <address>', about: 'where everything goes', required: true },
      RPC,
      ...KEY,
      { flags: '--payer-key <file>', about: 'another key file that pays fees and rent (default: the owner key)', file: true },
      { flags: '--payer-passphrase-file <file>', about: 'its passphrase; else you are asked', file: true },
      { flags: '--leave <account>', about: 'a token account to leave alone, such as one whose transfer fails', repeated: true },
      { flags: '--priority-fee <micro-lamports>', about: 'for each compute unit (default: 0)' },
      DRY_RUN,
      { flags: '--confirm <characters>', about: 'the first 8 characters of --to, instead of being asked for them' },
    ],
    examples: [
      'countersign owner withdraw --rpc https://api.mainnet-beta.solana.com --multisig 7Np41oeYqPefeNQEHSv1UDhYrehxin3NStELsSKCT4K2 --to 9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin --dry-run',
    ],
    load: async () => (await import('../commands/owner-withdraw.ts')).default,
  });
}
