import {
  type Address,
  type AssetId,
  encodeBase58,
  NATIVE_ASSET,
  tokenAsset,
  type WalletAddresses,
  WRAPPED_NATIVE_ASSET,
} from '@countersign/core';

/** An address of 32 bytes that begins with the letters of its name. */
function named(name: string): Address {
  const bytes = new Uint8Array(32).fill(0x5a);
  bytes.set(new TextEncoder().encode(name).slice(0, 24));
  return encodeBase58(bytes) as Address;
}

/** The wallet of all generated facts. */
export const WALLET: WalletAddresses = {
  multisig: named('multisig'),
  vault: named('vault'),
  owner: named('owner'),
  agent: named('agent'),
  createKey: named('createKey'),
  feeAccount: named('feeAccount'),
};
export const LIMIT: Address = named('spendingLimit');
export const MERCHANT: Address = named('merchant');
export const FRIEND: Address = named('friend');
export const STRANGER: Address = named('stranger');
/** Shows the same first and last characters as the merchant. */
export const MERCHANTS_TWIN: Address = twinOf(MERCHANT);
/** Whom generated policies list, and whom generated effects pay. */
export const PEOPLE: readonly Address[] = [MERCHANT, FRIEND, WALLET.owner];

export const DOLLAR: AssetId = tokenAsset(named('dollar'));
export const BEAN: AssetId = tokenAsset(named('bean'));
export const ASSETS: readonly AssetId[] = [NATIVE_ASSET, DOLLAR, BEAN];
export { WRAPPED_NATIVE_ASSET };
export const PROGRAM: Address = named('program');

/** Changes characters in the middle until it is an address again. */
function twinOf(address: Address): Address {
  for (const replacement of 'ABCDEFGHJKLMN') {
    const twin = `${address.slice(0, 20)}${replacement}${address.slice(21)}`;
    if (twin !== address) return twin as Address;
  }
  return address;
}
