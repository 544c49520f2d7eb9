/** What the cluster is and where it stands. */
import { decodeBase58, encodeBase58 } from '../../bytes/base58.ts';
import { feeOf } from '../../wire/message-fee.ts';
import { parseMessage } from '../../wire/transaction.ts';
import { BLOCKHASH_LIFE_SLOTS } from '../blockhashes.ts';
import { asUnsigned, configAt, requireArray, requireString } from '../params.ts';
import { API_VERSION, bankSlot, type RpcMethod, withContext } from '../rpc-context.ts';
import { invalidParams, NODE_UNHEALTHY, RpcError } from '../rpc-error.ts';

const SLOTS_PER_EPOCH = 432_000;

const getHealth: RpcMethod = async ({ chain }) => {
  const lag = chain.clock.lag();
  if (lag > 0) throw new RpcError(NODE_UNHEALTHY, `Node is behind by ${lag} slots`, { numSlotsBehind: lag });
  return 'ok';
};

const getVersion: RpcMethod = async () => ({ 'solana-core': API_VERSION, 'feature-set': 0 });

const getGenesisHash: RpcMethod = async ({ genesisHash }) => encodeBase58(genesisHash);

const getSlot: RpcMethod = async (context, params) => bankSlot(context, configAt(params, 0));

const getBlockTime: RpcMethod = async ({ chain }, params) => {
  const slot = asUnsigned(params[0], 'slot');
  if (slot > BigInt(chain.slotAt('confirmed'))) throw new RpcError(-32004, `Block not available for slot ${slot}`);
  return chain.clock.unixSeconds(Number(slot));
};

const getEpochInfo: RpcMethod = async (context, params) => {
  const slot = bankSlot(context, configAt(params, 0));
  return {
    absoluteSlot: slot,
    blockHeight: slot,
    epoch: Math.floor(slot / SLOTS_PER_EPOCH),
    slotIndex: slot % SLOTS_PER_EPOCH,
    slotsInEpoch: SLOTS_PER_EPOCH,
    transactionCount: context.chain.history.size,
  };
};

const getLatestBlockhash: RpcMethod = async (context, params) => {
  const slot = bankSlot(context, configAt(params, 0));
  return withContext(slot, { blockhash: context.chain.blockhashes.at(slot), lastValidBlockHeight: slot + BLOCKHASH_LIFE_SLOTS });
};

const isBlockhashValid: RpcMethod = async (context, params) => {
  const blockhash = requireString(params, 0, 'blockhash');
  if (decodeBase58(blockhash)?.length !== 32) throw invalidParams('Invalid param: blockhash must be base58 of 32 bytes');
  const slot = bankSlot(context, configAt(params, 1));
  return withContext(slot, context.chain.blockhashes.isValid(blockhash, slot));
};

const getFeeForMessage: RpcMethod = async (context, params) => {
  const parsed = parseMessage(Buffer.from(requireString(params, 0, 'message'), 'base64'));
  if (!parsed.ok) throw invalidParams(`failed to deserialize solana message: ${parsed.problem}`);
  const slot = bankSlot(context, configAt(params, 1));
  return withContext(slot, context.chain.blockhashes.isValid(parsed.value.recentBlockhash, slot) ? feeOf(parsed.value) : null);
};

/** Nobody competes for blocks here. */
const getRecentPrioritizationFees: RpcMethod = async ({ chain }, params) => {
  if (params[0] !== undefined && params[0] !== null) requireArray(params, 0, 'addresses', 128);
  const slot = chain.slot();
  return Array.from({ length: 150 }, (_, index) => ({ slot: slot - 149 + index, prioritizationFee: 0 }));
};

const getMinimumBalanceForRentExemption: RpcMethod = async ({ chain }, params) => {
  const bytes = asUnsigned(params[0], 'data length');
  if (bytes > 10_485_760n) throw invalidParams('Invalid params: data length must be at most 10485760');
  return chain.svm.minimumBalance(Number(bytes));
};

export const clusterMethods: Readonly<Record<string, RpcMethod>> = {
  getHealth,
  getVersion,
  getGenesisHash,
  getSlot,
  getBlockHeight: getSlot,
  getBlockTime,
  getEpochInfo,
  getLatestBlockhash,
  isBlockhashValid,
  getFeeForMessage,
  getRecentPrioritizationFees,
  getMinimumBalanceForRentExemption,
};
