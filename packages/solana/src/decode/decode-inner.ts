import type { Address, DecodeContext, Effect } from '@countersign/core';
import type { AccountFacts } from './account-facts.ts';
import { decodeEach } from './decode-instruction.ts';
import { FactReader } from './fact-reader.ts';
import { makeScope } from './make-scope.ts';

/**
 * What a call that a program made in a simulation does: `foreign` where it is understood and concerns nothing of this wallet. Who signed it
 * the runtime has checked. `facts` must hold at least every account that the message may write to, as it was before. Lamports that leave
 * the fee account are `account_creation`: rent and fees of programs. `instruction` in the effects is 0: the caller
 * knows which one led to the call.
 */
export function decodeInner(
  program: Address,
  accounts: readonly Address[],
  data: Uint8Array,
  context: DecodeContext,
  facts: AccountFacts,
): readonly Effect[] {
  const scope = makeScope(context, 'called', new FactReader(facts), null);
  const all = accounts.map((address) => ({ address, signer: true, writable: true }));
  return decodeEach({ program, accounts: all, data }, 0, scope);
}
