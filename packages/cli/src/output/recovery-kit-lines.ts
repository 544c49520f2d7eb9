import { sha256Hex } from '@countersign/core';
import type { RecoveryKit } from '@countersign/solana/owner-tools';
import { toParts } from '../support/carried-parts.ts';
import { shortHash } from './checked-lines.ts';
import { qrLines } from './qr-codes.ts';
import { facts } from './table.ts';

/** What a kit that was proven can do, in plain words, and what it cannot. */
export function recoveryKitLines(kit: RecoveryKit): readonly string[] {
  const { network, multisig, vault, owner, recovery, nonceAccount, message } = kit;
  return [
    'What this kit can do, proven from its bytes: hand the control of the wallet over to the recovery key. It can do nothing else, and move no money.',
    'It works only together with the recovery key, which has to sign and pay for it; it does not expire, and is used up by its first use.',
    'It ends when the owner key or the recovery key of the wallet changes, or a newer kit takes its place: then make another.',
    '',
    ...facts([
      ['wallet (multisig)', multisig],
      ['vault', vault],
      ['owner key that signed', owner],
      ['recovery key', recovery],
      ['network', network],
      ['nonce account', nonceAccount],
      ['SHA-256', `${shortHash(sha256Hex(message))} …`],
    ]),
  ];
}

/** A page to print: what it is, how it is used, and the kit itself as QR codes and as the lines that they hold. */
export function recoveryKitPage(kit: RecoveryKit, file: string): readonly string[] {
  const parts = toParts(file);
  return [
    'COUNTERSIGN RECOVERY KIT',
    '',
    ...recoveryKitLines(kit),
    '',
    'When the owner key is lost, on a machine with the recovery key:',
    '  countersign owner recover --kit kit.json --recovery-key FILE --rpc https://…',
    '  ("--kit -" takes the lines below, pasted or scanned, in any order)',
    'Keep this page apart from the recovery key: whoever has both can take the wallet.',
    ...parts.flatMap((part, index) => ['', `part ${index + 1} of ${parts.length}`, ...qrLines(part, false), part]),
  ];
}
