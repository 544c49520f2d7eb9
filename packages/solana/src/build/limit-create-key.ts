import { ADDRESS_BYTES, type Address, type AssetId, address, decodeBase58, encodeBase58, sha256 } from '@countersign/core';

const DOMAIN = 'countersign-limit-v1';

/** sha256("countersign-limit-v1" ‖ multisig (32 bytes) ‖ u32 LE revision ‖ asset as UTF-8): the key that seeds a spending limit's address. */
export function limitCreateKey(multisig: Address, revision: number, asset: AssetId): Address {
  const count = Buffer.alloc(4);
  count.writeUInt32LE(revision);
  return address(encodeBase58(sha256(Buffer.concat([Buffer.from(DOMAIN), bytesOf(multisig), count, Buffer.from(asset)]))));
}

function bytesOf(text: Address): Uint8Array {
  const bytes = decodeBase58(text);
  if (bytes?.length !== ADDRESS_BYTES) throw new TypeError(`not an address: ${text}`);
  return bytes;
}
