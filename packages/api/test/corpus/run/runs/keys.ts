import { createHash, createPublicKey, verify } from 'node:crypto';
import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { decodeBase58 } from '@countersign/core';
import { spawnSigner } from '@countersign/selfhost';
import { createTestKey } from '@countersign/testkit';
import { expect } from 'vitest';
import { pay, signedAttempts } from '../acts.ts';
import { installPolicy } from '../owner-acts.ts';
import type { Runs } from '../registry.ts';
import { need } from '../stage.ts';
import { spendBytes } from '../try-signer.ts';
import { saidByCall, wordsOf } from '../verdict.ts';

/** RFC 8410: an Ed25519 public key before its 32 bytes. */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** The signer's keys, and the log that goes with every action. */
export const keyRuns: Runs = {
  olderBounds: {
    wallets: ['owner/209'],
    async do({ stage }) {
      const wallet = await stage.wallet('owner', '209');
      await installPolicy(stage, wallet, { signaturesPerMinute: 5_000 });
      const { rows } = await stage.database.query<{ text: string; signature: Buffer; bounds: Buffer }>(
        "SELECT s.text, s.signature, p.bounds FROM used_statements s JOIN policy_revisions p ON p.wallet_id = s.wallet_id AND p.revision = s.revision AND p.state IN ('active', 'superseded') WHERE s.wallet_id = $1 ORDER BY s.revision",
        [wallet.id],
      );
      expect(rows.length).toBe(2);
      const [first, second] = rows;
      if (first === undefined || second === undefined) throw new Error('two revisions were signed');
      const order = {
        walletId: wallet.walletId,
        statement: first.text,
        ownerSignature: Uint8Array.from(first.signature),
        bounds: Uint8Array.from(first.bounds),
      };
      expect(await stage.keys.installBounds(order)).toMatchObject({ ok: false, error: { signerCode: 'stale_revision' } });
      // The newest again is no step back; its statement over the old bounds is none at all.
      const crossed = { ...order, statement: second.text, ownerSignature: Uint8Array.from(second.signature) };
      expect(await stage.keys.installBounds(crossed)).toMatchObject({ ok: false, error: { code: 'signer_refused' } });
      const skipped = second.text.replace('revision: 2', 'revision: 9');
      const forged = {
        ...crossed,
        statement: skipped,
        ownerSignature: wallet.owner.sign(new TextEncoder().encode(skipped)),
        bounds: Uint8Array.from(second.bounds),
      };
      expect(await stage.keys.installBounds(forged)).toMatchObject({ ok: false, error: { code: 'signer_refused' } });
      const { wallets } = await stage.keys.healthCheck();
      expect(wallets.find(({ walletId }) => walletId === wallet.walletId)?.policyRevision).toBe(2);
    },
  },
  pureSignature: {
    wallets: ['P0/214'],
    async do({ stage }) {
      const wallet = await stage.wallet('P0', '214');
      const message = await spendBytes(stage, wallet);
      const { signature } = need(await stage.keys.signWithAgentKey({ walletId: wallet.walletId, message, kind: 'spend' }));
      const key = createPublicKey({
        key: Buffer.concat([SPKI_PREFIX, decodeBase58(wallet.addresses.agent) ?? new Uint8Array()]),
        format: 'der',
        type: 'spki',
      });
      expect(verify(null, message, key, signature)).toBe(true);
      expect(verify(null, createHash('sha512').update(message).digest(), key, signature)).toBe(false);
    },
  },
  wrongKeySignature: {
    wallets: ['P0/214'],
    async do({ stage }) {
      const wallet = await stage.wallet('P0', '214');
      const { walletId, addresses } = wallet;
      const message = await spendBytes(stage, wallet);
      const fee = need(await stage.keys.signWithFeeKey({ walletId, message }));
      const other = createTestKey();
      for (const signature of [other.sign(message), new Uint8Array(64), Uint8Array.from([1, ...new Uint8Array(63)])]) {
        const assembled = await stage.chain
          .assembleTransaction(message, [...fee, { signer: addresses.agent, signature }])
          .catch(() => ({ ok: false as const }));
        expect(assembled.ok).toBe(false);
      }
      expect(await signedAttempts(stage, wallet)).toBe(0);
    },
  },
  tamperedKeystore: {
    wallets: ['owner/179'],
    async do({ stage }, p) {
      const wallet = await stage.wallet('owner', '179');
      const source = dirname(stage.stack.signer.socketPath);
      for (const change of p.list('changes')) {
        const folder = await mkdtemp(join(tmpdir(), 'countersign-keystore-'));
        try {
          const keystore = join(folder, 'keystore');
          await copyKeystore(join(source, 'keystore'), keystore);
          const [name = '', how = ''] = change.split(' ');
          const file = name === 'fee' ? join(keystore, 'fee.json') : join(keystore, wallet.id, `${name}.json`);
          const text = await readFile(file, 'utf8');
          if (how === 'mode') await chmod(file, 0o644);
          if (how === 'version') await writeFile(file, text.replace('"version": 1', '"version": 0'), { mode: 0o600 });
          if (how === 'truncated') await writeFile(file, text.slice(0, -30), { mode: 0o600 });
          if (how === 'parameters')
            await writeFile(file, text.replace(/("memoryKib":|"memoryMib":|"memoryBytes":|"passes":)\s*(\d+)/, '$1 1'), { mode: 0o600 });
          if (how === 'ciphertext')
            await writeFile(
              file,
              text.replace(/([0-9a-f]{20})"/, (whole, digits: string) => whole.replace(digits, [...digits].reverse().join(''))),
              { mode: 0o600 },
            );
          if (how !== 'mode') expect(await readFile(file, 'utf8')).not.toBe(text);
          const started = await spawnSigner({
            socketPath: join(folder, 's.sock'),
            keystoreDirectory: keystore,
            passphraseFile: join(source, 'passphrase'),
            moreArguments: ['--kdf-memory-mib', '64', '--kdf-passes', '2'],
          });
          if (started.ok) await started.value.stop();
          expect(started.ok, `a signer started from a keystore with changed ${change}`).toBe(false);
          // Nothing is made anew over it, and the line says nothing of what is in it.
          if (how !== 'mode') expect(await readFile(file, 'utf8')).not.toBe(text);
          if (!started.ok) expect(started.error).not.toMatch(/[0-9a-f]{64}/);
        } finally {
          await rm(folder, { recursive: true, force: true });
        }
      }
    },
  },
  auditCannotBeWritten: {
    wallets: ['P0/223'],
    async do({ stage }) {
      const wallet = await stage.wallet('P0', '223');
      const before = await stage.holdings(wallet);
      await stage.database.query(`ALTER TABLE audit_entries ADD CONSTRAINT corpus_no_audit CHECK (chain <> '${wallet.id}') NOT VALID`);
      try {
        const answer = await pay(stage, wallet, { amount: 1_000_000n });
        expect(['ALLOW', 'ESC'], wordsOf(answer)).not.toContain(saidByCall(answer));
        const frozen = await stage.http.ask(`/v1/wallets/${wallet.id}/policies`, stage.operator, {
          method: 'POST',
          body: { policy: '{}' },
        });
        expect(frozen.status).not.toBe(201);
        expect(await signedAttempts(stage, wallet)).toBe(0);
        const { rows } = await stage.database.query<{ count: string }>('SELECT count(*) FROM transaction_requests WHERE wallet_id = $1', [
          wallet.id,
        ]);
        expect(Number(rows[0]?.count)).toBe(0);
      } finally {
        await stage.database.query('ALTER TABLE audit_entries DROP CONSTRAINT corpus_no_audit');
      }
      expect(await stage.holdings(wallet)).toEqual(before);
      expect(saidByCall(await pay(stage, wallet, { amount: 1_000_000n }))).toBe('ALLOW');
    },
  },
};

/** A copy of a keystore that a running signer writes to: files come and go under it while other cases make wallets. */
async function copyKeystore(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true, mode: 0o700 });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) await copyKeystore(source, target);
    else if (entry.isFile() && !/lock|\.tmp$/.test(entry.name))
      await copyFile(source, target).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
      });
  }
}
