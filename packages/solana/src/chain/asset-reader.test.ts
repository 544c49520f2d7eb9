import { type Address, tokenAsset } from '@countersign/core';
import { afterEach, expect, test } from 'vitest';
import { SYSTEM_PROGRAM, TOKEN_2022_PROGRAM, TOKEN_PROGRAM } from '../build/programs.ts';
import { must } from '../test-support/must.ts';
import { adapterOf, endScriptedNodes, scriptedNode } from '../test-support/scripted-node.ts';
import { testKey } from '../test-support/test-key.ts';

afterEach(endScriptedNodes);
const asset = tokenAsset(testKey('a mint').address);

/** A mint of 6 decimals; with extensions as Token-2022 lays them out: padding to 165 bytes, kind 1, then type, length and value of each. */
function mint(...extensions: readonly (readonly [type: number, bytes: number])[]): Buffer {
  const base = Buffer.alloc(extensions.length === 0 ? 82 : 166);
  base.set([6, 1], 44);
  if (extensions.length > 0) base[165] = 1;
  const values = extensions.map(([type, bytes]) => {
    const entry = Buffer.alloc(4 + bytes);
    entry.writeUInt16LE(type);
    entry.writeUInt16LE(bytes, 2);
    return entry;
  });
  return Buffer.concat([base, ...values]);
}
const told = async (owner: Address, data: Buffer) => {
  const account = { lamports: 1_461_600, owner, data: [data.toString('base64'), 'base64'], executable: false };
  const node = await scriptedNode(() => ({ result: { context: { slot: 5 }, value: [account] } }));
  return adapterOf(node.url).getAssetInfo(asset);
};

test('a mint of the token program has its decimals', async () => {
  expect(must(await told(TOKEN_PROGRAM, mint()))).toEqual({ asset, decimals: 6 });
});

test.each<[string, Address, Buffer, string]>([
  ['Token-2022', TOKEN_2022_PROGRAM, mint(), 'is a mint of the Token-2022 program; spending limits do not support that program'],
  [
    'Token-2022 with extensions',
    TOKEN_2022_PROGRAM,
    mint([1, 108], [12, 32], [14, 64]),
    'is a mint of the Token-2022 program with transfer fee, permanent delegate, transfer hook; spending limits do not support that program',
  ],
  [
    'Token-2022 with an extension of tomorrow',
    TOKEN_2022_PROGRAM,
    mint([999, 3], [26, 33]),
    'is a mint of the Token-2022 program with extension 999, pausable; spending limits do not support that program',
  ],
  ['a token account of Token-2022', TOKEN_2022_PROGRAM, Buffer.alloc(165), 'belongs to the Token-2022 program and is not a mint'],
  ['a multisignature', TOKEN_PROGRAM, Buffer.alloc(355), 'is a multisignature of the token program, not a mint'],
  ['a token account', TOKEN_PROGRAM, Buffer.alloc(165), 'is a token account, not a mint'],
  ['a mint that was never made', TOKEN_PROGRAM, Buffer.alloc(82), 'is not a mint of the token program'],
  ['a wallet', SYSTEM_PROGRAM, Buffer.alloc(0), `belongs to program ${SYSTEM_PROGRAM}, not to the token program`],
])('INVARIANT I5: %s is refused in words', async (_, owner, data, problem) => {
  expect(await told(owner, data)).toEqual({ ok: false, error: { code: 'asset_not_supported', asset, problem } });
});

test('INVARIANT I5: nodes have to agree on a mint', async () => {
  const [six, nine] = await Promise.all(
    [6, 9].map((decimals) =>
      scriptedNode((method) => {
        const data = mint();
        data[44] = decimals;
        const account = { lamports: 1_461_600, owner: TOKEN_PROGRAM, data: [data.toString('base64'), 'base64'], executable: false };
        return { result: method === 'getGenesisHash' ? 'genesis' : { context: { slot: 5 }, value: [account] } };
      }),
    ),
  );
  expect(await adapterOf(six?.url ?? '', nine?.url ?? '').getAssetInfo(asset)).toMatchObject({ error: { code: 'nodes_disagree' } });
});
