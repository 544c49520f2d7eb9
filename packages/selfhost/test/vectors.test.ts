import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeBounds, type WalletId } from '@countersign/core';
import { describe, expect, test } from 'vitest';
import { openKeystore } from '../src/keystore/open-keystore.ts';
import { createSigningKey } from '../src/keystore/signing-key.ts';
import { decodeReceipt } from '../src/signer/accounting/receipt.ts';
import { createSpendCounter } from '../src/signer/accounting/spend-counter.ts';
import { createWalletLedger } from '../src/signer/accounting/wallet-ledger.ts';
import { createSigner } from '../src/signer/create-signer.ts';
import { judgeInstallation, judgeReplacement, judgeRotation } from '../src/signer/operations/installing-orders.ts';
import { attempt } from '../src/signer/refusal.ts';
import type { FeeParties } from '../src/signer/shapes/fee-parties.ts';
import { matchFee } from '../src/signer/shapes/match-fee.ts';
import { matchSpend } from '../src/signer/shapes/match-spend.ts';
import { matchStepBack } from '../src/signer/shapes/match-step-back.ts';
import { matchWithOwner } from '../src/signer/shapes/match-with-owner.ts';
import type { SigningContext } from '../src/signer/shapes/signing-context.ts';
import { manualClock, temporaryDirectory, WALLET } from './support/test-signer.ts';
import { describeKeystore } from './vectors/keystore-changes.ts';
import { type OrdersVector, standingFrom } from './vectors/order-cases.ts';

const load = async (file: string): Promise<never> =>
  JSON.parse(await readFile(fileURLToPath(new URL(`../../../vectors/${file}`, import.meta.url)), 'utf8')) as never;
const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));

interface Shapes {
  readonly context: Record<string, string>;
  readonly cases: readonly {
    readonly name: string;
    readonly outcome: string;
    readonly message: string;
    readonly ownerSignature?: string;
  }[];
}
function contextOf({ context }: Shapes): SigningContext {
  const bounds = decodeBounds(bytes(context['bounds'] ?? ''));
  if (!bounds.ok) throw new Error('bounds');
  return { ...context, bounds: bounds.value } as unknown as SigningContext;
}

describe('vectors/signer: messages and what becomes of them', async () => {
  const matchers = {
    'signer/spend.json': matchSpend,
    'signer/step-back.json': matchStepBack,
    'signer/with-owner.json': (message: Uint8Array, context: SigningContext, signature: string) =>
      matchWithOwner(message, bytes(signature), context),
  };
  for (const [file, match] of Object.entries(matchers)) {
    const shapes: Shapes = await load(file);
    const context = contextOf(shapes);
    for (const { name, outcome, message, ownerSignature } of shapes.cases)
      test(`${file}: ${name} is ${outcome}`, () => {
        const result = attempt(() => match(bytes(message), context, ownerSignature ?? ''));
        expect(result.ok ? 'signed' : result.error.code).toBe(outcome);
      });
  }
});

describe('vectors/signer: what the fee account signs', async () => {
  const shapes: Shapes = await load('signer/fee.json');
  const parties = shapes.context as unknown as FeeParties;
  for (const { name, outcome, message } of shapes.cases)
    test(`fee.json: ${name} is ${outcome}`, () => {
      const result = attempt(() => matchFee(bytes(message), parties));
      expect(result.ok ? `signed ${result.value.rents}` : result.error.code).toBe(outcome);
    });
});

describe('vectors/signer: orders of the owner', async () => {
  const vector: OrdersVector = await load('signer/orders.json');
  const judges = { install_bounds: judgeInstallation, rotate_key: judgeRotation, replace_owner: judgeReplacement };
  for (const each of vector.cases)
    test(`orders.json: ${each.operation}, ${each.standing}: ${each.name} is ${each.outcome}`, () => {
      const { statement } = each;
      const signatures = { ownerSignature: bytes(each.ownerSignature), newOwnerSignature: bytes(each.newOwnerSignature ?? '') };
      const order = { statement, ...signatures, bytes: bytes(each.bounds) };
      const result = attempt(() => judges[each.operation](standingFrom(vector, each.standing), order));
      expect(result.ok ? 'accepted' : result.error.code).toBe(each.outcome);
    });
});

describe('vectors/signer: accounting', () => {
  test('windows.json', async () => {
    const {
      windows,
      steps,
    }: { windows: { seconds: number; amount: string }[]; steps: { atMs: number; amount: string; outcome: 'ok' | number }[] } =
      await load('signer/windows.json');
    const counter = createSpendCounter(
      windows.map(({ seconds, amount }) => ({ seconds, amount: BigInt(amount) })),
      [],
    );
    for (const { atMs, amount, outcome } of steps) {
      const over = counter.exceeded(BigInt(amount), atMs);
      expect(over === null ? 'ok' : over === 'no_window' ? over : over.seconds, `${amount} at ${atMs}`).toBe(outcome);
      if (over === null) counter.add(BigInt(amount), atMs);
    }
  });
  test('receipts.json', async () => {
    const vector: { agentSeed: string; agent: string; receipts: string[]; createKeyOfThisSeedAsFeeSeed: string } =
      await load('signer/receipts.json');
    const key = createSigningKey((seed) => seed.set(bytes(vector.agentSeed)));
    expect(key.address).toBe(vector.agent);
    expect(vector.receipts.map((receipt) => decodeReceipt(bytes(receipt), WALLET, key).seq)).toEqual([1, 2]);
    expect(createWalletLedger(WALLET, key).restore(vector.receipts.map(bytes), 1_900_000_000_000)).toHaveLength(2);
    expect(key.child(`countersign-create-key-v1${WALLET}`).address).toBe(vector.createKeyOfThisSeedAsFeeSeed);
  });
});

describe('vectors/keystore: files that open for ever', () => {
  test('keystore-v1.json', async () => {
    const vector: {
      passphrase: string;
      kdfFloor: { memoryKib: number; passes: number };
      expected: Record<string, string>;
      files: Record<string, string>;
    } = await load('keystore/keystore-v1.json');
    const directory = await temporaryDirectory();
    for (const [name, content] of Object.entries(vector.files)) {
      await mkdir(dirname(join(directory.path, name)), { recursive: true, mode: 0o700 });
      await writeFile(join(directory.path, name), content, { mode: 0o600 });
    }
    const { kdfFloor } = vector;
    const opened = await openKeystore({
      directory: directory.path,
      passphrase: Buffer.from(vector.passphrase),
      kdfForNewKeystore: kdfFloor,
      kdfFloor,
    });
    if (!opened.ok) throw new Error(opened.error.problem);
    const key = opened.value.wallets[0]?.key;
    const signature = Buffer.from(key?.sign(new Uint8Array()) ?? []).toString('hex');
    expect({ agent: key?.address, feeAccount: opened.value.feeKey.address, agentSignatureOfEmpty: signature }).toEqual(vector.expected);
    await opened.value.close();
    await directory.remove();
  });
  test('keystore-v1-changed.json: rotated, with another owner, destroyed, lost, restored', async () => {
    const vector: {
      passphrase: string;
      kdfFloor: { memoryKib: number; passes: number };
      plain: string;
      expected: { feeAccount: string; wallets: object[]; opened: { walletId: WalletId; label: string; sealed: string } };
      files: Record<string, string>;
    } = await load('keystore/keystore-v1-changed.json');
    const directory = await temporaryDirectory();
    for (const [name, content] of Object.entries(vector.files)) {
      await mkdir(dirname(join(directory.path, name)), { recursive: true, mode: 0o700 });
      await writeFile(join(directory.path, name), bytes(content), { mode: 0o600 });
    }
    const { kdfFloor, expected } = vector;
    const passphrase = Buffer.from(vector.passphrase);
    const opened = await openKeystore({ directory: directory.path, passphrase, kdfForNewKeystore: kdfFloor, kdfFloor });
    if (!opened.ok) throw new Error(opened.error.problem);
    const { walletId, label, sealed } = expected.opened;
    expect(describeKeystore(opened.value)).toEqual({ feeAccount: expected.feeAccount, wallets: expected.wallets });
    expect(Buffer.from(opened.value.open(walletId, label, bytes(sealed)) ?? []).toString('hex')).toBe(vector.plain);
    // The signer takes it as it is, with every receipt.
    const signer = await createSigner({
      ...{ keystore: opened.value, clock: manualClock(), limits: { feeSignaturesPerMinute: 5, rentMessagesPerMinute: 2 } },
    });
    await signer.close();
    await directory.remove();
  });
});
