import { type AssetOutflow, address, type Effect, NATIVE_ASSET, tokenAsset } from '@countersign/core';
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
  hazards: [],
};

describe('effects in words', () => {
  test('SOL', () => {
    expect(describeEffect(outflow)).toBe(`Send 0.25 SOL (250000000 lamports) from vault ${vault} to ${to}.`);
  });
  test('a token to a wallet that is not known', () => {
    const tokens = { ...outflow, asset: tokenAsset(mint), decimals: 6, sourceAccount: account, destination: null, destinationAccount: to };
    expect(describeEffect({ ...tokens, spendingLimit: account })).toBe(
      `Send 250 (250000000 base units) of wrapped SOL ${mint} from vault ${vault} (account ${account}) to token account ${to}, ` +
        `whose wallet is not known, within spending limit ${account}.`,
    );
  });
  test.each<[Effect, string]>([
    [
      { ...outflow, hazards: ['it is odd', 'very'] },
      `Send 0.25 SOL (250000000 lamports) from vault ${vault} to ${to}. Beware: it is odd; very.`,
    ],
    [
      { kind: 'own_move', instruction: 0, asset: NATIVE_ASSET, amount: 1n, from: vault, to: account },
      `Move 0.000000001 SOL (1 lamports) between accounts of the vault, from ${vault} to ${account}.`,
    ],
    [
      { kind: 'fee', instruction: null, payer: to, amountLamports: 5_000n },
      `${to} pays a network fee of at most 0.000005 SOL (5000 lamports).`,
    ],
    [
      { kind: 'account_creation', instruction: 0, account, payer: to, owner: null, what: 'proposal', maximumRentLamports: 1n },
      `${to} pays at most 0.000000001 SOL (1 lamports) of rent for ${account}: proposal.`,
    ],
    [
      { kind: 'account_closing', instruction: 0, account, destination: to, amountLamports: 1n },
      `Close account ${account}; ${to} gets 0.000000001 SOL (1 lamports).`,
    ],
    [
      { kind: 'account_closing', instruction: 0, account, destination: to, amountLamports: null },
      `Close account ${account}; ${to} gets whatever lamports it then holds.`,
    ],
    [
      { kind: 'delegate_approval', instruction: 0, asset: tokenAsset(to), amount: 5n, account, delegate: vault },
      `Let ${vault} take up to 5 base units of token ${to} from the vault's account ${account}, at any time.`,
    ],
    [{ kind: 'delegate_revocation', instruction: 0, account }, `Let nobody but the vault take from its account ${account} any more.`],
    [
      { kind: 'authority_change', instruction: 0, account, authority: 'close authority', to },
      `Make ${to} the close authority of ${account}.`,
    ],
    [
      { kind: 'authority_change', instruction: 0, account, authority: 'mint authority', to: null },
      `Give up the mint authority of ${account} for ever.`,
    ],
    [
      { kind: 'burn', instruction: 0, asset: null, amount: 5n, account },
      `Destroy 5 base units of an unknown token of the vault's account ${account}.`,
    ],
    [{ kind: 'memo', instruction: 0, text: 'a"b' }, 'The transaction carries the memo "a\\"b".'],
    [
      {
        kind: 'program_call',
        instruction: 0,
        program: to,
        data: '0aff',
        accounts: [
          { address: vault, signer: true, writable: true, role: 'vault' },
          { address: account, signer: false, writable: false, role: 'other' },
        ],
      },
      `Call program ${to}, which is not known here, with data 0aff and accounts [${vault}, the vault, signing, writable] [${account}].`,
    ],
    [
      { kind: 'program_call', instruction: 0, program: to, data: '', accounts: [] },
      `Call program ${to}, which is not known here, with no data and no account.`,
    ],
    [
      { kind: 'foreign', instruction: 0, program: to, what: 'System Transfer' },
      `Program ${to} does something that concerns nothing of this wallet: System Transfer.`,
    ],
    [
      { kind: 'governance', instruction: 0, wallet: vault, action: 'set_threshold', threshold: 1 },
      `Lets ANY ONE member of wallet ${vault} decide alone.`,
    ],
    [
      { kind: 'governance', instruction: 0, wallet: vault, action: 'set_threshold', threshold: 2 },
      `Lets 2 of the members of wallet ${vault} decide together.`,
    ],
    [
      { kind: 'governance', instruction: 0, wallet: vault, action: 'cancel', member: to, index: null, proposal: account },
      `${to} cancels the proposal in account ${account} of wallet ${vault}.`,
    ],
    [
      { kind: 'durable_nonce', instruction: 0, account, authority: to },
      `The transaction does NOT EXPIRE: it can land at any time until durable nonce ${account}, which ${to} controls, has moved on, and landing uses that nonce up.`,
    ],
    [
      { kind: 'governance', instruction: 0, wallet: vault, action: 'set_config_authority', authority: to },
      `Makes ${to} the one who configures wallet ${vault} and alone decides over its members, threshold and spending limits.`,
    ],
    [
      { kind: 'unknown', instruction: 2, program: to, reason: 'it says "x"' },
      `Something is not understood. Instruction 2 of program ${to}: "it says \\"x\\"".`,
    ],
  ])('%#', (effect, sentence) => {
    expect(describeEffect(effect)).toBe(sentence);
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
