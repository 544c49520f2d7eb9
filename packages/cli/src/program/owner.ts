import type { Command } from 'commander';
import { type Dispatch, define, group, type OptionSpec } from './define.ts';
import { adding } from './people.ts';

const KEY: readonly OptionSpec[] = [
  { flags: '--owner-key <file>', about: 'the sealed owner key (COUNTERSIGN_OWNER_KEY_FILE)', file: true },
  { flags: '--passphrase-file <file>', about: 'its passphrase (COUNTERSIGN_OWNER_PASSPHRASE_FILE); else you are asked', file: true },
  { flags: '--yes', about: 'sign what passes every check without asking; never what is not understood' },
];

export function addOwnerCommands(program: Command, dispatch: Dispatch): void {
  const owner = group(program, 'owner', 'the owner key, on your own machine', 'countersign owner show');
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
    summary: 'the public key of a sealed file; needs no passphrase',
    examples: ['countersign owner show'],
    load: async () => (await import('../commands/owner-show.ts')).default,
  });
  define(owner, dispatch, {
    usage: 'sign <file>',
    summary: 'sign offline what "approve --out" has written',
    about: 'Reads the bytes, shows what they do, asks, and writes the signatures. Needs no network.',
    options: [...KEY, { flags: '--out <file>', about: 'where the signatures go (default: signatures.json)', file: true }],
    examples: [
      'countersign approve --out to-sign.json          # where the service is',
      'countersign owner sign to-sign.json              # where the key is',
      'countersign approve --signatures signatures.json # where the service is',
    ],
    load: async () => (await import('../commands/owner-sign.ts')).default,
  });
  define(
    owner,
    dispatch,
    adding(
      'owner',
      "give the owner's own machine a credential",
      'It can look at one wallet, prepare and hand in approvals, and freeze. Consent is the signature, never this credential.',
    ),
  );

  define(program, dispatch, {
    usage: 'approve [approval]',
    summary: 'read, check and sign what waits for the owner',
    about:
      'Believes only bytes: transactions are decoded here, policy, bounds and statement derived again; anything that differs is refused (exit code 7). ' +
      'What a program does that this tool does not know is marked UNKNOWN, and you type the beginning of its address to let it run. ' +
      'Without an id it takes the only approval that waits.',
    options: [
      ...KEY,
      { flags: '--watch', about: 'come back when it is done and final' },
      {
        flags: '--out <file>',
        about: 'do not sign: write what is to be signed, for "countersign owner sign" on another machine',
        file: true,
      },
      { flags: '--signatures <file>', about: 'hand in what "countersign owner sign" has written', file: true },
    ],
    examples: ['countersign approve', 'countersign approve apr_01KAQ5R9V3N8X2M4T6W8Y0Z1B3 --owner-key owner-key.json --watch'],
    load: async () => (await import('../commands/approve.ts')).default,
  });
  define(program, dispatch, {
    usage: 'reject [approval]',
    summary: 'say no to what waits for the owner; veto a delayed payment',
    options: [{ flags: '--reason <text>', about: 'why, for the record' }],
    examples: ['countersign reject apr_01KAQ5R9V3N8X2M4T6W8Y0Z1B3 --reason "not ordered"'],
    load: async () => (await import('../commands/reject.ts')).default,
  });
  const approvals = define(program, dispatch, {
    usage: 'approvals',
    summary: 'what waits for the owner',
    options: [
      { flags: '--all', about: 'also what no longer waits' },
      {
        flags: '--state <state>',
        about: 'those in this state',
        choices: ['waiting', 'executing', 'done', 'failed', 'rejected', 'expired', 'void'],
      },
    ],
    examples: ['countersign approvals', 'countersign approvals --all'],
    load: async () => (await import('../commands/approvals-list.ts')).default,
  });
  define(approvals, dispatch, {
    usage: 'show <approval>',
    summary: 'one approval, and the payment that it is about',
    about:
      'What is shown is the service\'s word, but for the message of an agent: its prepared bytes are read here. "countersign approve" reads all bytes.',
    examples: ['countersign approvals show apr_01KAQ5R9V3N8X2M4T6W8Y0Z1B3'],
    load: async () => (await import('../commands/approvals-show.ts')).default,
  });
}
