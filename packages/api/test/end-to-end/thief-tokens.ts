import { type Address, address } from '@countersign/core';
import { createTestKey } from '@countersign/testkit';
import {
  appendTransactionMessageInstructions,
  createSolanaRpc,
  createTransactionMessage,
  generateKeyPairSigner,
  getBase64EncodedWireTransaction,
  type Instruction,
  type Address as KitAddress,
  pipe,
  setTransactionMessageFeePayerSigner,
  setTransactionMessageLifetimeUsingBlockhash,
  signTransactionMessageWithSigners,
  type TransactionSigner,
} from '@solana/kit';
import { getCreateAccountInstruction } from '@solana-program/system';
import {
  findAssociatedTokenPda,
  getCloseAccountInstruction,
  getCreateAssociatedTokenIdempotentInstruction,
  getInitializeMint2Instruction,
  getMintSize,
  getMintToInstruction,
  TOKEN_PROGRAM_ADDRESS,
} from '@solana-program/token';
import { SOL, type Stack, until } from './stack.ts';
import type { Step } from './thief-bytes.ts';

const TOKEN_2022 = 'TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb' as KitAddress;
const kit = (text: Address): KitAddress => text as string as KitAddress;

export async function tokenAccountOf(owner: Address, mint: Address): Promise<Address> {
  const [token] = await findAssociatedTokenPda({ owner: kit(owner), mint: kit(mint), tokenProgram: TOKEN_PROGRAM_ADDRESS });
  return address(token);
}

/** A key with lamports that can sign transactions of its own. */
export async function makePayer(stack: Stack): Promise<TransactionSigner> {
  const payer = await generateKeyPairSigner();
  await stack.fund(payer.address, SOL);
  return payer;
}

async function send(stack: Stack, payer: TransactionSigner, instructions: readonly Instruction[]): Promise<void> {
  const rpc = createSolanaRpc(stack.chain.url);
  const { value: lifetime } = await rpc.getLatestBlockhash().send();
  const message = pipe(
    createTransactionMessage({ version: 0 }),
    (made) => setTransactionMessageFeePayerSigner(payer, made),
    (made) => setTransactionMessageLifetimeUsingBlockhash(lifetime, made),
    (made) => appendTransactionMessageInstructions(instructions, made),
  );
  const signed = await signTransactionMessageWithSigners(message);
  const signature = await rpc.sendTransaction(getBase64EncodedWireTransaction(signed), { encoding: 'base64' }).send();
  await until('it is finalized', async () => {
    const { value } = await rpc.getSignatureStatuses([signature]).send();
    if (value[0]?.err) throw new Error(JSON.stringify(value[0].err, (_name, each) => (typeof each === 'bigint' ? String(each) : each)));
    return value[0]?.confirmationStatus === 'finalized';
  });
}

export interface TestMint {
  readonly mint: Address;
  /** Base units into the holder's associated token account, made where it is missing. */
  give(holder: Address, amount: bigint): Promise<void>;
}

/** A mint of 6 decimals. */
export async function makeMint(stack: Stack, program: 'token' | 'token-2022'): Promise<TestMint> {
  const payer = await makePayer(stack);
  const mint = await generateKeyPairSigner();
  const programAddress = program === 'token' ? TOKEN_PROGRAM_ADDRESS : TOKEN_2022;
  await send(stack, payer, [
    getCreateAccountInstruction({ payer, newAccount: mint, lamports: SOL / 100n, space: BigInt(getMintSize()), programAddress }),
    getInitializeMint2Instruction({ mint: mint.address, decimals: 6, mintAuthority: payer.address }, { programAddress }),
  ]);
  return {
    mint: address(mint.address),
    give: async (holder, amount) => {
      const owner = kit(holder);
      const [token] = await findAssociatedTokenPda({ owner, mint: mint.address, tokenProgram: programAddress });
      await send(stack, payer, [
        getCreateAssociatedTokenIdempotentInstruction({ payer, ata: token, owner, mint: mint.address, tokenProgram: programAddress }),
        getMintToInstruction({ mint: mint.address, token, mintAuthority: payer, amount }, { programAddress }),
      ]);
    },
  };
}

/** Base units in the recipient's associated token account, `null` where there is none. */
export async function tokensOf(stack: Stack, owner: Address, mint: Address): Promise<bigint | null> {
  const token = await tokenAccountOf(owner, mint);
  const { value } = (await stack.rpc('getAccountInfo', [token, { encoding: 'base64', commitment: 'confirmed' }])) as {
    readonly value: { readonly data: readonly [string, string] } | null;
  };
  return value === null ? null : Buffer.from(value.data[0], 'base64').readBigUInt64LE(64);
}

/** CreateIdempotent of an account for `owner` at `payer`'s cost, as the thief asks for it. */
export async function createAccountAt(payer: Address, owner: Address, mint: Address): Promise<Step> {
  const system = address('11111111111111111111111111111111');
  const account = (key: Address, signer: boolean, writable: boolean) => ({ address: key, signer, writable });
  return {
    program: address('ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL'),
    accounts: [
      account(payer, true, true),
      account(await tokenAccountOf(owner, mint), false, true),
      account(owner, false, false),
      account(mint, false, false),
      account(system, false, false),
      account(address(TOKEN_PROGRAM_ADDRESS), false, false),
    ],
    data: Uint8Array.of(1),
  };
}

/** The owner of an empty token account closes it and takes its rent. */
export async function takeRent(stack: Stack, thief: TransactionSigner, mint: Address): Promise<void> {
  const account = kit(await tokenAccountOf(address(thief.address), mint));
  await send(stack, thief, [getCloseAccountInstruction({ account, destination: thief.address, owner: thief })]);
}

/** An address that shows the same first and last four characters as `model`, and is on the curve. */
export function lookAlikeOf(model: string, isWalletAddress: (one: Address) => boolean): Address {
  for (let attempt = 0; attempt < 10_000; attempt += 1) {
    const text = `${model.slice(0, 4)}${createTestKey().address.slice(4, model.length - 4)}${model.slice(-4)}`;
    if (text.length !== model.length) continue;
    try {
      const made = address(text);
      if (isWalletAddress(made)) return made;
    } catch {
      // Not 32 bytes: the next one.
    }
  }
  throw new Error('no look-alike was found');
}
