import type { Address, DecodeContext } from '@countersign/core';
import type { AccountFacts } from './account-facts.ts';
import { decodeAsVault } from './decode-call.ts';
import { decodeOuter } from './decode-message.ts';
import { FactReader } from './fact-reader.ts';
import { parseMessage } from './parse-message.ts';

/**
 * The accounts that decoding still needs: lookup tables first, then token accounts, then mints. To be called again with what was read until
 * there are none; a payment of SOL by spending limit needs none. A message that the vault pays for is read as `decodeCall` does, every other
 * one as `decodeMessage` does. Bytes that are no message need none.
 */
export function accountsToRead(bytes: Uint8Array, context: DecodeContext, facts: AccountFacts): readonly Address[] {
  const parsed = parseMessage(bytes);
  if (!parsed.ok) return [];
  const message = parsed.value;
  const tables = message.lookups.flatMap(({ table }) => (facts.accounts.has(table) ? [] : [table]));
  if (tables.length > 0) return tables;
  const reader = new FactReader(facts);
  const decode = message.signers[0] === context.addresses.vault ? decodeAsVault : decodeOuter;
  decode(message, context, facts, reader);
  return reader.missing;
}
