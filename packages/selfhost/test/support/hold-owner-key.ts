/**
 * A process that opens an owner key, signs with it, says `open ADDRESS` and holds it; at a line of input it closes it and says `closed`.
 * Arguments: memory in KiB and passes of the key derivation's floor, the key file, and the passphrase's file if there is one.
 */
import { reviewed } from '@countersign/core';
import { readPassphraseFile, wipePassphrase } from '../../src/memory/read-passphrase-file.ts';
import { openKeypairFile } from '../../src/owner/keypair-file.ts';
import { openSealedOwnerKey } from '../../src/owner/sealed-owner-key.ts';

const [memoryKib = '', passes = '', path = '', passphraseFile] = process.argv.slice(2);

async function open(): ReturnType<typeof openKeypairFile> {
  if (passphraseFile === undefined) return openKeypairFile({ path });
  const passphrase = readPassphraseFile(passphraseFile);
  try {
    return await openSealedOwnerKey({ path, passphrase, kdfFloor: { memoryKib: Number(memoryKib), passes: Number(passes) } });
  } finally {
    wipePassphrase(passphrase);
  }
}

const opened = await open();
if (!opened.ok) throw new Error(opened.error.problem);
const keys = opened.value;
const signed = await keys.signWithOwnerKey({ kind: 'transaction', message: reviewed(new Uint8Array(300).fill(1), 'test') });
if (!signed.ok) throw new Error(signed.error.code);
process.stdout.write(`open ${keys.getOwnerPublicKey()}\n`);
process.stdin.once('data', async () => {
  await keys.close();
  process.stdout.write('closed\n');
});
process.stdin.once('end', () => process.exit(0));
