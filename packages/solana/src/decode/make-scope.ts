import type { DecodeContext } from '@countersign/core';
import { NATIVE_MINT, NATIVE_MINT_2022, TOKEN, TOKEN_2022 } from './addresses/programs.ts';
import { vaultOf } from './addresses/squads-addresses.ts';
import { tokenAccountOf } from './addresses/token-account-of.ts';
import { decodeEach } from './decode-instruction.ts';
import type { FactReader } from './fact-reader.ts';
import type { MessageConfig } from './parsed-message.ts';
import type { Scope, Standing } from './scope.ts';

export function makeScope(context: DecodeContext, standing: Standing, facts: FactReader, config: MessageConfig | null): Scope {
  const { multisig } = context.addresses;
  const vault = vaultOf(multisig);
  return {
    context,
    standing,
    facts,
    multisig,
    vault,
    wrappedNative: [
      { account: tokenAccountOf(vault, NATIVE_MINT, TOKEN), mint: NATIVE_MINT, program: TOKEN },
      { account: tokenAccountOf(vault, NATIVE_MINT_2022, TOKEN_2022), mint: NATIVE_MINT_2022, program: TOKEN_2022 },
    ],
    created: [],
    nonces: new Map(),
    configuration: { authority: context.addresses.owner },
    tokenAccounts: new Map(),
    budget: {
      unitLimit: config?.computeUnitLimit ?? null,
      priceMicroLamports: null,
      heapBytes: config?.heapBytes ?? null,
      loadedAccountsBytes: config?.loadedAccountsBytes ?? null,
      inHeader: config !== null,
    },
    decodeEach,
  };
}
