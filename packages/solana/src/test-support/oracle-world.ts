import { type Address, address, type BuiltMessage, decodeBase58, encodeBase58, type RequestedAction, sha256 } from '@countersign/core';
import type { Instruction } from '@solana/kit';
import { getSyncNativeInstruction } from '@solana-program/token';
import { createTokenAccount } from '../build/common-instructions.ts';
import { kitAddress } from '../build/kit-address.ts';
import { tokenAccountAddress } from '../build/pda.ts';
import { SYSTEM_PROGRAM, TOKEN_PROGRAM } from '../build/programs.ts';
import { agentMessage, sol } from './agent-message.ts';
import { must } from './must.ts';
import { type OracleAccounts, SEED } from './oracle-instructions.ts';
import { SOL, startTestChain, type TestChain } from './test-chain.ts';
import { testKey } from './test-key.ts';
import { type TestWallet, testWallet } from './test-wallet.ts';

/** A wallet with something of everything, on a chain of its own. */
export interface OracleWorld {
  readonly chain: TestChain;
  readonly wallet: TestWallet;
  readonly accounts: OracleAccounts;
  call(instructions: readonly Instruction[]): RequestedAction & { readonly kind: 'call' };
  built(action: RequestedAction): Promise<BuiltMessage>;
}

const WRAPPED = address('So11111111111111111111111111111111111111112');

export async function startOracleWorld(): Promise<OracleWorld> {
  const chain = await startTestChain({ weather: true });
  // A development chain has no wrapped SOL.
  const nativeMint = Buffer.alloc(82);
  nativeMint.set([9, 1], 44);
  await chain.rpc('chain_setAccount', { address: WRAPPED, lamports: 1_461_600, owner: TOKEN_PROGRAM, data: nativeMint.toString('base64') });
  const wallet = await testWallet();
  const { addresses } = wallet;
  const { vault, feeAccount } = addresses;
  const keys = [wallet.owner, wallet.agent, wallet.createKey, wallet.feeAccount];
  const strangers = [testKey().address, testKey().address] as const;
  for (const [account, amount] of [
    [feeAccount, 10n],
    [vault, 100n],
    [strangers[0], 1n],
    [strangers[1], 1n],
  ] as const)
    await chain.fund(account, amount * SOL);
  const classic = [await chain.mint(vault, 10_000_000n), await chain.mint(vault, 10_000_000n), await chain.mint(vault, 0n)] as const;
  const mints = [...classic, WRAPPED] as const;
  const of = async (owner: Address): Promise<OracleAccounts['own']> => {
    const [one, two, three, four] = await Promise.all(mints.map((mint) => tokenAccountAddress(owner, mint)));
    if (!one || !two || !three || !four) throw new Error('four accounts');
    return [one, two, three, four];
  };
  const [own, theirs] = [await of(vault), await of(strangers[0])];
  const seeded = withSeed(vault, SYSTEM_PROGRAM);
  const accounts: OracleAccounts = {
    ...{ vault, own, theirs, mints, strangers, seeded },
    newSeeded: withSeed(vault, TOKEN_PROGRAM),
    newAccount: await tokenAccountAddress(strangers[1], mints[0]),
  };
  const call: OracleWorld['call'] = (instructions) => ({ kind: 'call', message: agentMessage(vault, instructions), pins: [] });
  const built: OracleWorld['built'] = async (action) => {
    const intent = must(await chain.adapter.buildIntent({ addresses, action }));
    return must(await chain.adapter.buildTransaction({ route: 'countersigned', addresses, action, intent }));
  };
  for (const message of must(await chain.adapter.createSmartWallet({ addresses, timeLockSeconds: 0, limits: [] })))
    await chain.land(message, keys);
  await chain.fund(seeded, 5n * SOL);
  const creations = await Promise.all([
    createTokenAccount(vault, vault, WRAPPED),
    ...mints.map((mint) => createTokenAccount(vault, strangers[0], mint)),
  ]);
  const land = async (message: BuiltMessage): Promise<void> => {
    const { status } = await chain.land(message, keys);
    if (status.kind === 'not_found' || status.error !== null) throw new Error(`the world of the oracle is ${status.kind}`);
  };
  for (const creation of creations) await land(await built(call([creation])));
  const wrap = [sol(vault, own[3], 5n * SOL), getSyncNativeInstruction({ account: kitAddress(own[3]) })];
  await land(await built(call(wrap)));
  // Lamports beside the tokens, as anybody can leave them.
  await chain.fund(own[0], 1_000_000n);
  return { chain, wallet, accounts, call, built };
}

/** sha256(base ‖ seed ‖ owner). */
function withSeed(base: Address, owner: Address): Address {
  const bytes = (text: Address): Uint8Array => decodeBase58(text) ?? new Uint8Array();
  return address(encodeBase58(sha256(Buffer.concat([bytes(base), Buffer.from(SEED), bytes(owner)]))));
}
