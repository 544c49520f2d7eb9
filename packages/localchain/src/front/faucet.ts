/** The faucet behind `requestAirdrop`: a key derived from the genesis hash, whose transfers are ordinary transactions. Play money only. */
import { createHash, createPrivateKey, createPublicKey, type KeyObject, randomInt, sign } from 'node:crypto';
import { addressBytes } from '../bytes/address.ts';
import { decodeBase58, encodeBase58 } from '../bytes/base58.ts';
import { COMPUTE_BUDGET_PROGRAM, SYSTEM_PROGRAM } from '../wire/programs.ts';

/** 500 million SOL. */
export const FAUCET_LAMPORTS = 500_000_000_000_000_000n;
/** The PKCS #8 header of an Ed25519 key (RFC 8410), before its seed of 32 bytes. */
const PKCS8_HEADER = Buffer.from('302e020100300506032b657004220420', 'hex');

export interface Faucet {
  readonly address: string;
  /** A signed wire transaction that pays `lamports`. No two are alike, even for one recipient and blockhash. */
  transfer(recipient: string, lamports: bigint, blockhash: string): Uint8Array;
}

export function createFaucet(genesisHash: Uint8Array): Faucet {
  const seed = createHash('sha256').update('countersign local chain faucet').update(genesisHash).digest();
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_HEADER, seed]), format: 'der', type: 'pkcs8' });
  const publicKey = publicBytes(key);
  return {
    address: encodeBase58(publicKey),
    transfer(recipient, lamports, blockhash) {
      const amount = Buffer.alloc(12);
      amount.writeUInt32LE(2, 0);
      amount.writeBigUInt64LE(lamports, 4);
      const units = Buffer.alloc(5);
      units[0] = 2;
      units.writeUInt32LE(1_000 + randomInt(1_000_000), 1);
      const message = Buffer.concat([
        Buffer.from([1, 0, 2, 4]),
        publicKey,
        addressBytes(recipient),
        addressBytes(SYSTEM_PROGRAM),
        addressBytes(COMPUTE_BUDGET_PROGRAM),
        decodeBase58(blockhash) ?? new Uint8Array(32),
        Buffer.from([2, 3, 0, 5]),
        units,
        Buffer.from([2, 2, 0, 1, 12]),
        amount,
      ]);
      return Buffer.concat([Buffer.from([1]), sign(null, message, key), message]);
    },
  };
}

function publicBytes(key: KeyObject): Buffer {
  return createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32);
}
