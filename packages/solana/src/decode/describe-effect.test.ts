import { type AssetOutflow, address, NATIVE_ASSET, tokenAsset } from '@countersign/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeEffect } from './describe-effect.ts';
import { showText } from './show-text.ts';

const vault = address('4sG9jq2BhbL5DFmJhhMmpZkZbV7tUoYvsxKm7uoNqXyq');
const to = address('MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr');
const account = address('ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL');
const mint = address('So11111111111111111111111111111111111111112');
const outflow: AssetOutflow = {
  kind: 'asset_outflow',
  instruction: 0,
  asset: NATIVE_ASSET,
  amount: 250_000_000n,
  decimals: 9,
  source: vault,
  sourceAccount: vault,
  destination: to,
  destinationAccount: to,
  spendingLimit: null,
};

describe('effects in words', () => {
  test('SOL', () => {
    expect(describeEffect(outflow)).toBe(`The vault ${vault} sends 0.25 SOL (250000000 lamports) to ${to}.`);
  });
  test('a token to a wallet that is not known', () => {
    const tokens = { ...outflow, asset: tokenAsset(mint), decimals: 6, sourceAccount: account, destination: null, destinationAccount: to };
    expect(describeEffect({ ...tokens, spendingLimit: account })).toBe(
      `The vault ${vault} (token account ${account}) sends 250 (250000000 base units) of token ${mint} to token account ${to}, ` +
        `whose wallet is not known, within spending limit ${account}.`,
    );
  });
  test('a limit without destinations is loud', () => {
    const limit = { kind: 'governance', instruction: 0, wallet: vault, action: 'add_limit', spendingLimit: account } as const;
    const open = { ...limit, asset: NATIVE_ASSET, amount: 1n, periodSeconds: 86_400, members: [to], destinations: [] };
    expect(describeEffect(open)).toContain('to ANY address');
  });
  test('no foreign text shows a control, invisible, direction-changing or unusual space character, or ends its quotes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 50 }), (text) => {
        const shown = showText(text);
        expect(shown.slice(1, -1)).not.toMatch(/\p{C}|\p{Bidi_Control}|\p{Default_Ignorable_Code_Point}|[^\P{Z} ]/u);
        expect(shown.slice(1, -1)).toMatch(/^([^"\\]|\\["\\]|\\u\{[0-9a-f]+\})*$/);
      }),
    );
    expect(showText('naïve 円 हिन्दी')).toBe('"naïve 円 हिन्दी"');
  });
});
