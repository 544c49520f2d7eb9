import type { Command } from 'commander';
import { type Dispatch, define } from './define.ts';
import { KEY, QR, YES } from './key-options.ts';

export function addKeyCommands(program: Command, dispatch: Dispatch): void {
  const keys = define(program, dispatch, {
    usage: 'keys',
    summary: 'the keys of a wallet: states, addresses, when each is due',
    examples: ['countersign keys', 'countersign keys --wallet main --json'],
    load: async () => (await import('../commands/keys-list.ts')).default,
  });
  define(keys, dispatch, {
    usage: 'rotate',
    summary: 'propose another agent key; the owner signs it',
    about:
      'Done when the chain, read back at finalized, gives the old key no right any more. With the reason lost the signer no longer has the old key.',
    options: [{ flags: '--reason <reason>', about: 'why (default: manual)', choices: ['manual', 'anomaly', 'lost'] }],
    examples: ['countersign keys rotate', 'countersign keys rotate --reason lost', 'countersign approve --watch'],
    load: async () => (await import('../commands/keys-propose.ts')).keysRotate,
  });
  define(keys, dispatch, {
    usage: 'revoke',
    summary: 'propose to take every right from the agent key and to destroy it; the owner signs it',
    about: 'The wallet stays frozen until a rotation gives it another agent key. To stop the agent now: countersign freeze.',
    examples: ['countersign keys revoke', 'countersign approve --watch'],
    load: async () => (await import('../commands/keys-propose.ts')).keysRevoke,
  });
  define(keys, dispatch, {
    usage: 'replace-owner',
    summary: 'propose another owner key; the old one (or the recovery key) and the new one sign it',
    options: [
      { flags: '--to <address>', about: 'the new owner key: countersign owner show', required: true },
      { flags: '--consent <key>', about: 'who signs for the old owner: recovery after "owner recover"', choices: ['owner', 'recovery'] },
    ],
    examples: [
      'countersign keys replace-owner --to 9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin',
      'countersign approve --owner-key old.json --new-owner-key new.json --watch',
    ],
    load: async () => (await import('../commands/keys-propose.ts')).keysReplaceOwner,
  });
  define(keys, dispatch, {
    usage: 'backup',
    summary: "keep a copy of the agent's sealed key file",
    about: "It opens with the keystore's passphrase alone.",
    options: [{ flags: '--out <file>', about: 'where', required: true, file: true }],
    examples: ['countersign keys backup --out agent-backup.json'],
    load: async () => (await import('../commands/keys-backup.ts')).default,
  });
  define(keys, dispatch, {
    usage: 'restore <file>',
    summary: 'give the signer a lost agent key back; it comes back suspended, and a rotation has to follow',
    examples: ['countersign keys restore agent-backup.json'],
    load: async () => (await import('../commands/keys-restore.ts')).default,
  });
  addKitCommands(program, dispatch);
}

function addKitCommands(program: Command, dispatch: Dispatch): void {
  const kits = define(program, dispatch, {
    usage: 'kits',
    summary: 'what the owner signed ahead of need, and what is missing',
    examples: ['countersign kits'],
    load: async () => (await import('../commands/kits-list.ts')).default,
  });
  define(kits, dispatch, {
    usage: 'arm',
    summary: 'sign ahead of need what takes the limits off the chain in an emergency',
    about:
      'So that a lockdown reaches the chain while you sleep. The transactions can take rights away from the agent and do nothing else; this tool proves it from ' +
      'their bytes before you sign.',
    options: [
      ...KEY,
      YES,
      { flags: '--watch', about: 'come back when it is done' },
      {
        flags: '--out <file>',
        about: 'do not sign: write what is to be signed, for "countersign owner approve" on another machine',
        file: true,
      },
      QR,
    ],
    examples: ['countersign kits arm', 'countersign kits arm --out to-sign.json'],
    load: async () => (await import('../commands/kits-arm.ts')).default,
  });
  define(kits, dispatch, {
    usage: 'propose',
    summary: 'have a kit prepared, for an owner who signs on a machine of their own',
    about:
      'The part of an operator: an owner who is signed in there finds it with "approvals" and signs it with "approve" (lockdown) or "owner recovery-kit".',
    options: [{ flags: '--purpose <purpose>', about: 'what it is for', choices: ['lockdown', 'recovery'], required: true }],
    examples: ['countersign kits propose --purpose lockdown', 'countersign kits propose --purpose recovery'],
    load: async () => (await import('../commands/kits-propose.ts')).default,
  });
}
