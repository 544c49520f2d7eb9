import type { Command } from 'commander';
import { APPROVE } from './approvals.ts';
import { type Dispatch, define, group } from './define.ts';
import { ELSEWHERE, KEY, QR, SEALED, SEALED_FILE, YES } from './key-options.ts';
import { addOwnerChainCommands } from './owner-chain.ts';

export function addOwnerCommands(program: Command, dispatch: Dispatch): void {
  const owner = group(program, 'owner', 'the owner key, on your own machine', 'countersign owner show');
  addKeyFileCommands(owner, dispatch);
  define(owner, dispatch, APPROVE);
  addStatementCommands(owner, dispatch);
  define(owner, dispatch, {
    usage: 'sign-in',
    summary: 'prove with the owner key who you are, for an hour of reading',
    about:
      'Sign-In With Solana: the text is checked here (the service that this tool talks to, your key, ten minutes at most) before it is signed. The session ' +
      'reads, and hands in what you signed; it moves nothing. It is kept in ~/.config/countersign/session.json (mode 600) for this service alone.',
    options: [...KEY, YES],
    examples: [
      'countersign owner sign-in --url https://wallets.example.com',
      'countersign owner sign-in --paste 9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin',
    ],
    load: async () => (await import('../commands/owner-sign-in.ts')).default,
  });
  define(owner, dispatch, {
    usage: 'sign-out',
    summary: 'end the session of the owner, here and in the service',
    examples: ['countersign owner sign-out'],
    load: async () => (await import('../commands/owner-sign-out.ts')).default,
  });
  addOwnerChainCommands(owner, dispatch);
}

function addKeyFileCommands(owner: Command, dispatch: Dispatch): void {
  define(owner, dispatch, {
    usage: 'init',
    summary: 'make an owner key in a sealed file',
    about: 'The file opens with its passphrase alone (Argon2id, 256 MiB); the service never sees either. Nobody can recover a passphrase.',
    options: [
      { flags: '--out <file>', about: 'where (default: ~/.config/countersign/owner-key.json)', file: true },
      { flags: '--passphrase-file <file>', about: 'take the passphrase from a file (mode 600) instead of asking', file: true },
    ],
    examples: ['countersign owner init', 'countersign owner init --out usb/owner-key.json'],
    load: async () => (await import('../commands/owner-init.ts')).default,
  });
  define(owner, dispatch, {
    usage: 'show [file]',
    summary: 'the public key of an owner key, wherever it lives',
    about: 'That of a file needs no passphrase.',
    options: [...SEALED_FILE, ...ELSEWHERE],
    examples: [
      'countersign owner show',
      'countersign owner show ~/.config/solana/id.json',
      'countersign owner show --kms alias/countersign-owner --region eu-central-1',
    ],
    load: async () => (await import('../commands/owner-show.ts')).default,
  });
  define(owner, dispatch, {
    usage: 'change-passphrase',
    summary: 'seal the same key to another passphrase',
    about: 'Whatever fails, the file opens with one of the two. Copies and backups keep the old passphrase.',
    options: [
      ...SEALED,
      { flags: '--new-passphrase-file <file>', about: 'take the new passphrase from a file (mode 600) instead of asking', file: true },
    ],
    examples: ['countersign owner change-passphrase', 'countersign owner change-passphrase --owner-key owner-key.json'],
    load: async () => (await import('../commands/owner-change-passphrase.ts')).default,
  });
  define(owner, dispatch, {
    usage: 'export-backup',
    summary: 'a copy of a sealed key, to keep elsewhere or to print',
    about:
      'It stays sealed, and needs no passphrase to be made. Printed it is eleven lines that a person can type in again, each with a check.',
    options: [
      ...SEALED_FILE,
      { flags: '--out <file>', about: 'where (default: owner-backup.json)', file: true },
      { flags: '--print', about: 'print the lines; without --out nothing is written' },
    ],
    examples: ['countersign owner export-backup --out /media/usb/owner-backup.json', 'countersign owner export-backup --print | lp'],
    load: async () => (await import('../commands/owner-export-backup.ts')).default,
  });
  define(owner, dispatch, {
    usage: 'restore <file>',
    summary: 'make a key file of a backup, after opening it',
    about:
      'Takes either form of a backup; - is pasted or typed. Nothing is written where the passphrase does not open it, and nothing is written over.',
    options: [
      { flags: '--out <file>', about: 'where (default: ~/.config/countersign/owner-key.json)', file: true },
      { flags: '--passphrase-file <file>', about: 'take the passphrase from a file (mode 600) instead of asking', file: true },
      { flags: '--unopened', about: 'do not open it: whether the backup is good is not known then' },
    ],
    examples: [
      'countersign owner restore owner-backup.json',
      'countersign owner restore - --out owner-key.json   # type the printed lines',
    ],
    load: async () => (await import('../commands/owner-restore.ts')).default,
  });
}

function addStatementCommands(owner: Command, dispatch: Dispatch): void {
  const statement = group(
    owner,
    'statement',
    'texts that the owner signs to stop something, made offline',
    'countersign owner statement freeze --from wallet.json --out freeze.json',
  );
  const place = [
    { flags: '--network <genesis hash>', about: 'which network' },
    { flags: '--multisig <address>', about: 'which wallet: its multisig address ("wallet show")' },
    { flags: '--from <file>', about: 'take both from a file to sign, a recovery kit, or "wallet show --json"', file: true as const },
    { flags: '--minutes <count>', about: 'how long it can be handed in (default: 60)' },
    ...KEY,
    { flags: '--out <file>', about: 'write it to this file instead of showing it', file: true as const },
    QR,
    { flags: '--send', about: 'hand it in at once' },
  ];
  define(statement, dispatch, {
    usage: 'freeze',
    summary: 'sign a statement that stops a wallet, to be handed in by anybody, once',
    about: 'Handing it in needs no credential: --send, or "countersign freeze --statement FILE". Only the owner undoes a freeze.',
    options: place,
    examples: [
      'countersign owner statement freeze --from wallet.json --out freeze.json --minutes 1440',
      'countersign owner statement freeze --wallet main --send',
    ],
    load: async () => (await import('../commands/owner-statement.ts')).ownerStatementFreeze,
  });
  define(statement, dispatch, {
    usage: 'veto',
    summary: 'sign a statement that says no to one transaction',
    options: [{ flags: '--transaction <id>', about: 'which one: tx_…', required: true }, ...place],
    examples: ['countersign owner statement veto --transaction tx_01KAQ5R9V3N8X2M4T6W8Y0Z1B3 --from wallet.json --out veto.json'],
    load: async () => (await import('../commands/owner-statement.ts')).ownerStatementVeto,
  });
  define(statement, dispatch, {
    usage: 'show <file>',
    summary: 'what a statement does, and whether its signature is good; offline',
    examples: ['countersign owner statement show freeze.json'],
    load: async () => (await import('../commands/owner-statement-show.ts')).default,
  });
}
