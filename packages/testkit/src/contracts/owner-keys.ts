import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import {
  type Address,
  acceptedEncodings,
  encodeBase58,
  formatOwnerStatement,
  formatSignIn,
  type IOwnerKeys,
  makeId,
  type OwnerKeyHolder,
  type OwnerStatement,
  type ReviewedBytes,
  reviewed,
  verifyEd25519,
} from '@countersign/core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTestKey } from '../test-key.ts';
import { errorOf, must } from './must.ts';

/** A holder under test, with one key in it. */
export interface OwnerKeysSubject {
  readonly holder: OwnerKeyHolder;
  readonly owner: Address;
  /** The longest message that the holder takes; `null`: any. */
  readonly limitBytes: number | null;
  /** Texts that would give the key away, such as its seed in several spellings. */
  readonly secrets: readonly string[];
  /** Opens the key for one action. */
  open(): Promise<IOwnerKeys>;
  close(): Promise<void>;
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const hex = (bytes: number): string => randomBytes(bytes).toString('hex');
const network = createTestKey().address;

/** One statement of every action. */
export function sampleStatements(owner: Address): readonly string[] {
  const [wallet, other] = [createTestKey().address, createTestKey().address];
  const head = () => ({ network, wallet, expiresAtMs: 1_900_000_000_000, nonce: hex(16) });
  const revision = { revision: 7, policySha256: hex(32), boundsSha256: hex(32) };
  const request = makeId('request', 1_800_000_000_000, randomBytes(10));
  const effects = Array.from({ length: 32 }, (_, index) => `${index}: pay 1 SOL to ${other}, ${'ä'.repeat(40)}`);
  const statements: readonly OwnerStatement[] = [
    { action: 'install-policy', ...head(), ...revision },
    { action: 'rotate-agent-key', ...head(), ...revision, oldAgent: wallet, newAgent: other },
    { action: 'replace-owner-key', ...head(), ...revision, oldOwner: owner, newOwner: other },
    { action: 'destroy-key', ...head(), agent: other },
    { action: 'approve-request', ...head(), request, policySha256: hex(32), messageSha256: hex(32), effects: effects.slice(0, 3) },
    { action: 'veto-request', ...head(), request },
    { action: 'freeze', ...head() },
    { action: 'unfreeze', ...head() },
    { action: 'resume-signer', ...head() },
  ];
  return statements.map(formatOwnerStatement);
}

export function sampleSignIn(address: Address): string {
  return formatSignIn({
    ...{ domain: 'wallets.example:8443', address, uri: 'https://wallets.example:8443/', network, nonce: hex(16) },
    ...{ issuedAtMs: 1_800_000_000_000, expiresAtMs: 1_800_000_300_000 },
  });
}

/** Bytes that begin as a message of version 0 does. */
export const sampleMessage = (bytes = 400): Uint8Array => Uint8Array.from([0x80, 2, 0, 4, ...randomBytes(bytes - 4)]);

/** What every `IOwnerKeys` does, wherever the key lives. */
export function describeOwnerKeysContract(name: string, prepare: () => Promise<OwnerKeysSubject>): void {
  describe(`IOwnerKeys: ${name}`, () => {
    let subject: OwnerKeysSubject;
    let keys: IOwnerKeys;
    beforeAll(async () => {
      subject = await prepare();
    });
    afterAll(() => subject.close());
    beforeEach(async () => {
      keys = await subject.open();
    });
    afterEach(() => keys.close());

    const statement = (text: string) => keys.signWithOwnerKey({ kind: 'statement', text });
    const signIn = (text: string) => keys.signWithOwnerKey({ kind: 'sign_in', text });
    const transaction = (bytes: Uint8Array) => keys.signWithOwnerKey({ kind: 'transaction', message: reviewed(bytes, 'contract suite') });
    const signsText = (text: string, signature: Uint8Array): boolean =>
      acceptedEncodings(text).some((bytes) => verifyEd25519(subject.owner, bytes, signature));

    test('says where the key lives and whose it is', () => {
      expect(keys.holder).toBe(subject.holder);
      expect(keys.getOwnerPublicKey()).toBe(subject.owner);
    });

    test('signs every statement, a sign-in of its own, and reviewed messages', async () => {
      for (const text of sampleStatements(subject.owner)) expect(signsText(text, must(await statement(text))), text).toBe(true);
      const hello = sampleSignIn(subject.owner);
      expect(signsText(hello, must(await signIn(hello)))).toBe(true);
      for (const bytes of [sampleMessage(), sampleMessage(1_200), Uint8Array.of(1, ...randomBytes(300))])
        expect(verifyEd25519(subject.owner, bytes, must(await transaction(bytes)))).toBe(true);
    });

    test('many at once: each gets its own signature', async () => {
      const texts = sampleStatements(subject.owner);
      const signatures = await Promise.all(texts.map(statement));
      for (const [index, text] of texts.entries()) expect(signsText(text, must(signatures[index] ?? fail())), text).toBe(true);
    });

    test('INVARIANT I1: what is not a well-formed statement is not signed', async () => {
      const [text = ''] = sampleStatements(subject.owner);
      for (const bad of ['', 'send everything', text.slice(0, -1), `${text}\n`, text.slice(1), text.replace('revision: 7', 'revision: 07')])
        expect(errorOf(await statement(bad)), bad).toMatchObject({ code: 'statement_invalid' });
      expect(errorOf(await statement(sampleSignIn(subject.owner)))).toMatchObject({ code: 'statement_invalid' });
    });

    test('INVARIANT I1: a sign-in is signed for this key only, and only in its one form', async () => {
      const mine = sampleSignIn(subject.owner);
      for (const bad of [
        sampleSignIn(createTestKey().address),
        `${mine}\nResources:`,
        mine.replace('moves nothing', 'moves everything'),
        '',
      ])
        expect(errorOf(await signIn(bad)), bad).toMatchObject({ code: 'sign_in_invalid' });
      const [text = ''] = sampleStatements(subject.owner);
      expect(errorOf(await signIn(text))).toMatchObject({ code: 'sign_in_invalid' });
    });

    test('INVARIANT I1: no text passes for a transaction, bare or wrapped, and no empty message', async () => {
      const texts = [sampleStatements(subject.owner)[0] ?? '', sampleSignIn(subject.owner), sampleSignIn(createTestKey().address)];
      for (const bytes of [...texts.flatMap(acceptedEncodings), ...texts.map((text) => bytesOf(`${text}and more`)), new Uint8Array()])
        expect(errorOf(await transaction(bytes))).toMatchObject({ code: 'undecodable_message' });
    });

    test('INVARIANT I1, I6: bytes that nobody reviewed, and bytes changed after the review', async () => {
      const forged = { decodedBy: 'x', sha256: '', toBytes: () => sampleMessage() } as unknown as ReviewedBytes;
      await expect(keys.signWithOwnerKey({ kind: 'transaction', message: forged })).rejects.toThrow('reviewed');
      const bytes = sampleMessage();
      const before = Uint8Array.from(bytes);
      const message = reviewed(bytes, 'contract suite');
      bytes.fill(1, 4);
      const signature = must(await keys.signWithOwnerKey({ kind: 'transaction', message }));
      expect(verifyEd25519(subject.owner, before, signature)).toBe(true);
      expect(verifyEd25519(subject.owner, bytes, signature)).toBe(false);
    });

    test('what is longer than the holder takes is refused before it is asked', async () => {
      const limit = subject.limitBytes ?? 6_000;
      const longest = sampleMessage(limit);
      expect(verifyEd25519(subject.owner, longest, must(await transaction(longest)))).toBe(true);
      const longer = await transaction(sampleMessage(limit + 1));
      if (subject.limitBytes === null) must(longer);
      else expect(errorOf(longer)).toEqual({ code: 'message_too_large', bytes: limit + 1, limitBytes: limit });
    });

    test('closed it signs nothing, and closing again does no harm', async () => {
      await Promise.all([keys.close(), keys.close()]);
      await keys.close();
      expect(keys.getOwnerPublicKey()).toBe(subject.owner);
      await expect(statement(sampleStatements(subject.owner)[0] ?? '')).rejects.toThrow('closed');
      await expect(transaction(sampleMessage())).rejects.toThrow('closed');
    });

    test('INVARIANT I9: the key does not show in what is printed or thrown', async () => {
      const signature = must(await transaction(sampleMessage()));
      const shown = [inspect(keys, { depth: 12, showHidden: true }), JSON.stringify(keys), encodeBase58(signature)].join('\n');
      for (const secret of subject.secrets) expect(shown.includes(secret)).toBe(false);
    });
  });
}

function fail(): never {
  throw new Error('a signature is missing');
}
