import type { Command } from 'commander';
import { type CommandSpec, type Dispatch, define } from './define.ts';
import { KEY, QR, YES } from './key-options.ts';

/** `approve` and `owner approve` are one command under two names. */
export const APPROVE: CommandSpec = {
  usage: 'approve [approval|file|-]',
  summary: 'read, check and sign what waits for the owner, here or offline',
  about:
    'Believes only bytes: transactions are decoded here, policy, bounds and statement derived again; anything that differs is refused (exit code 7). ' +
    'What a program does that this tool does not know is marked UNKNOWN, and you type the beginning of its address to let it run.\n\n' +
    'With an approval, or without anything for the only one that waits, it asks the service. With a file that --out has written, or with - for text that ' +
    'you paste, it works offline and writes the signatures. Replacing the owner key takes two keys: --new-owner-key, or a file of signatures from each machine.',
  options: [
    ...KEY,
    { flags: '--new-owner-key <file>', about: 'for replacing the owner key: the new one, which signs too', file: true },
    { flags: '--new-passphrase-file <file>', about: 'its passphrase; else you are asked', file: true },
    YES,
    { flags: '--watch', about: 'come back when it is done and final' },
    {
      flags: '--out <file>',
      about:
        'with an approval: do not sign, write what is to be signed. With a file or -: where the signatures go (default: signatures.json)',
      file: true,
    },
    {
      flags: '--signatures <file>',
      about: 'hand in signatures that were made elsewhere; once for each file, - is pasted',
      file: true,
      repeated: true,
    },
    QR,
    { flags: '--kit <file>', about: 'for a recovery kit: where it is kept (default: recovery-kit.json)', file: true },
  ],
  examples: [
    'countersign approve',
    'countersign approve apr_01KAQ5R9V3N8X2M4T6W8Y0Z1B3 --owner-key owner-key.json --watch',
    'countersign approve --kms alias/countersign-owner --role arn:aws:iam::123456789012:role/owner --mfa-serial arn:aws:iam::123456789012:mfa/ada',
    'countersign approve --paste 9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin   # sign in your own wallet',
    'countersign approve --out to-sign.json             # on two machines: where the service is,',
    'countersign owner approve to-sign.json             # where the key is; needs no network,',
    'countersign approve --signatures signatures.json   # where the service is',
    'countersign approve apr_01KAQ5R9V3N8X2M4T6W8Y0Z1B3 --owner-key old.json --new-owner-key new.json',
  ],
  load: async () => (await import('../commands/approve.ts')).default,
};

export function addApprovalCommands(program: Command, dispatch: Dispatch): void {
  define(program, dispatch, APPROVE);
  define(program, dispatch, {
    usage: 'reject [approval]',
    summary: 'say no to what waits for the owner; veto a delayed payment',
    about:
      "By an operator's credential, for whatever waits. --as-owner vetoes a transaction by a statement that the owner key signs; it needs only the owner's session.",
    options: [
      { flags: '--reason <text>', about: 'why, for the record' },
      { flags: '--as-owner', about: 'veto with the signature of the owner key' },
      { flags: '--statement <file>', about: 'hand in a veto that "countersign owner statement veto" has made; - is pasted', file: true },
      ...KEY,
      { flags: '--network <genesis hash>', about: 'for --as-owner: instead of asking the service' },
      { flags: '--multisig <address>', about: 'for --as-owner: instead of asking the service' },
    ],
    examples: [
      'countersign reject apr_01KAQ5R9V3N8X2M4T6W8Y0Z1B3 --reason "not ordered"',
      'countersign reject apr_01KAQ5R9V3N8X2M4T6W8Y0Z1B3 --as-owner --owner-key owner-key.json',
    ],
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
