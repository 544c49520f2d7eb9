import {
  type Address,
  type AssetId,
  address,
  type BuiltMessage,
  type DomainError,
  domainError,
  encodeBase58,
  fail,
  type IBlockchainAdapter,
  type LandedTransaction,
  NATIVE_ASSET,
  ok,
  type Payment,
  type Result,
  sha256,
  type TransactionStatus,
  verifyEd25519,
  type WalletAddresses,
} from '@countersign/core';
import { describeFakeMessage } from './fake-effects.ts';
import { createFakeLedger } from './fake-ledger.ts';
import {
  addressBytes,
  decodeFakeMessage,
  decodeFakeWire,
  derivedAddress,
  encodeFakeMessage,
  encodeFakeWire,
  type FakeMessage,
  fakeLimit,
} from './fake-message.ts';
import { isOnCurve } from './on-curve.ts';

/** Blocks for which a message can land, as on Solana. */
const BLOCKHASH_BLOCKS = 150n;

export interface FakeChain extends IBlockchainAdapter {
  /** Money from nowhere. */
  fund(account: Address, amount: bigint, asset?: AssetId): void;
  balance(account: Address, asset?: AssetId): bigint;
  /** Lets blocks pass; all are final at once. */
  mine(blocks: bigint): void;
  /** `false`: every call answers `chain_unavailable`. */
  setReachable(reachable: boolean): void;
  /** `drop`: what is submitted is taken and never lands. `lose_answer`: it lands and the answer is lost. */
  setWeather(weather: 'fair' | 'drop' | 'lose_answer'): void;
  /** How far the chain's clock is from the machine's. */
  setClockSkewMs(skewMs: number): void;
}

function outflowsOf(message: FakeMessage, problem: string | null): LandedTransaction['vaultOutflows'] {
  if (problem !== null || message.kind !== 'pay') return [];
  return [{ asset: message.payment.asset, amount: BigInt(message.payment.amount) }];
}

type Landed = { readonly slot: bigint; readonly message: FakeMessage; readonly error: string | null };

/**
 * A chain in memory with the port's behaviour and none of Solana's bytes: signatures are real and checked, wallets exist after their
 * creation landed, money moves once, spending limits hold, blockhashes run out. Every transaction is final in the block after it came.
 */
export function createFakeChain(): FakeChain {
  const network = encodeBase58(sha256('fake chain'));
  const ledger = createFakeLedger();
  const landed = new Map<string, Landed>();
  let height = 1_000n;
  let nonce = 0;
  let reachable = true;
  let weather: 'fair' | 'drop' | 'lose_answer' = 'fair';
  let skewMs = 0;

  const down = <T>(): Result<T, DomainError> => fail(domainError('chain_unavailable', { problem: 'the fake chain is unplugged' }));
  const answer = async <T>(value: () => T): Promise<Result<T, DomainError>> => (reachable ? ok(value()) : down());

  function build(make: (lifetime: Pick<FakeMessage, 'nonce' | 'lastValidBlockHeight'>) => FakeMessage): BuiltMessage {
    nonce += 1;
    const lastValidBlockHeight = height + BLOCKHASH_BLOCKS;
    const message = make({ nonce, lastValidBlockHeight: lastValidBlockHeight.toString() });
    return { bytes: encodeFakeMessage(message), lastValidBlockHeight, signers: message.signers };
  }
  const intentOf = ({ vault }: WalletAddresses, payment: Payment): Uint8Array =>
    new TextEncoder().encode(JSON.stringify([vault, { ...payment, amount: payment.amount.toString() }]));
  const undecodable = <T>(): Result<T, DomainError> => fail(domainError('undecodable_message', { problem: 'not of the fake chain' }));
  const reject = <T>(problem: string): Result<T, DomainError> => fail(domainError('chain_rejected', { problem, mayHaveLanded: false }));

  /** Whether the next block is past the last in which the message can land. */
  const isExpired = ({ lastValidBlockHeight }: FakeMessage): boolean => height + 1n > BigInt(lastValidBlockHeight);

  return {
    fund: ledger.fund,
    balance: ledger.balanceOf,
    mine: (blocks) => {
      height += blocks;
    },
    setReachable: (value) => {
      reachable = value;
    },
    setWeather: (value) => {
      weather = value;
    },
    setClockSkewMs: (value) => {
      skewMs = value;
    },

    getNetwork: () => answer(() => network),
    health: async () =>
      reachable
        ? { reachable, problem: null, network, finalizedBlockHeight: height, chainTimeMs: Date.now() + skewMs }
        : { reachable, problem: 'the fake chain is unplugged', network: null, finalizedBlockHeight: null, chainTimeMs: null },
    isWalletAddress: (candidate) => isOnCurve(addressBytes(candidate)),
    async getAssetInfo(asset) {
      if (!reachable) return down();
      return asset === NATIVE_ASSET
        ? ok({ asset, decimals: 9 })
        : fail(domainError('asset_not_supported', { asset, problem: 'there is no such mint' }));
    },
    deriveWallet: async (createKey) => ({
      multisig: derivedAddress('multisig', createKey),
      vault: derivedAddress('vault', createKey),
    }),
    planSpendingLimits: (multisig, revision, limits) =>
      answer(() =>
        limits.map((limit) => ({
          ...limit,
          decimals: 9,
          createKey: derivedAddress('limit key', multisig, String(revision), limit.asset),
          spendingLimit: derivedAddress('limit', multisig, String(revision), limit.asset),
        })),
      ),
    createSmartWallet: ({ addresses, timeLockSeconds, limits }) =>
      answer(() => [
        build((lifetime) => ({
          ...lifetime,
          kind: 'create',
          signers: [addresses.feeAccount, addresses.createKey, addresses.owner],
          addresses,
          timeLockSeconds,
          limits: limits.map(fakeLimit),
        })),
      ]),
    replaceSpendingLimits: ({ addresses, remove, add }) =>
      answer(() =>
        remove.length + add.length === 0
          ? []
          : [
              build((lifetime) => ({
                ...lifetime,
                kind: 'replace_limits',
                signers: [addresses.feeAccount, addresses.owner],
                multisig: addresses.multisig,
                remove,
                add: add.map(fakeLimit),
              })),
            ],
      ),
    addMember: async () => fail(domainError('chain_rejected', { problem: 'the fake chain has fixed members', mayHaveLanded: false })),
    removeMember: async () => fail(domainError('chain_rejected', { problem: 'the fake chain has fixed members', mayHaveLanded: false })),
    readWallet: (multisig) => answer(() => ledger.walletOf(multisig)),

    buildIntent: ({ addresses, payment }) => answer(() => intentOf(addresses, payment)),
    async buildTransaction(input) {
      if (!reachable) return down();
      const { addresses, payment } = input;
      if (input.route === 'countersigned' && Buffer.compare(intentOf(addresses, payment), input.intent) !== 0)
        return fail(domainError('decoded_differently', { problem: 'the intent is not what this payment builds' }));
      return ok(
        build((lifetime) => ({
          ...lifetime,
          kind: 'pay',
          signers: [addresses.feeAccount, addresses.agent, ...(input.route === 'countersigned' ? [addresses.owner] : [])],
          multisig: addresses.multisig,
          vault: addresses.vault,
          payment: { ...payment, amount: payment.amount.toString() },
          spendingLimit: input.route === 'autonomous' ? input.spendingLimit : null,
        })),
      );
    },
    decodeTransaction: async (bytes, context) => {
      const message = decodeFakeMessage(bytes);
      return message ? ok(describeFakeMessage(message, context.addresses)) : undecodable();
    },
    async simulateTransaction(bytes) {
      if (!reachable) return down();
      const message = decodeFakeMessage(bytes);
      if (!message) return undecodable();
      const problem = isExpired(message) ? 'BlockhashNotFound' : ledger.obstacle(message);
      return ok({
        succeeded: problem === null,
        problem,
        unitsConsumed: 20_000n,
        slot: height,
        vaultOutflows: outflowsOf(message, problem),
        feeAccountOutflowLamports: 5_000n * BigInt(message.signers.length),
        authorityChanges: [],
        programs: [],
      });
    },
    async assembleTransaction(bytes, signatures) {
      const message = decodeFakeMessage(bytes);
      if (!message) return undecodable();
      const { signers } = message;
      const stranger = signatures.find(({ signer }) => !signers.includes(signer));
      if (stranger) return reject(`${stranger.signer} is not a signer of the message`);
      const lacking = signers.find((signer) => {
        const [given, ...more] = signatures.filter((each) => each.signer === signer);
        return !given || more.length > 0 || !verifyEd25519(signer, bytes, given.signature);
      });
      if (lacking) return reject(`there is not one valid signature of ${lacking}`);
      const first = signatures.find(({ signer }) => signer === signers[0]);
      const signature = encodeBase58(first?.signature ?? new Uint8Array());
      return ok({ wire: encodeFakeWire(signature, bytes), signature });
    },
    async submitTransaction(wire) {
      if (!reachable) return down();
      const submitted = decodeFakeWire(wire);
      if (!submitted) return reject('these bytes are no transaction');
      const { id, message } = submitted;
      if (weather !== 'drop' && !landed.has(id) && !isExpired(message)) {
        height += 1n;
        const error = ledger.obstacle(message);
        if (error === null) ledger.apply(message, height);
        landed.set(id, { slot: height, message, error });
      }
      return weather === 'lose_answer' ? fail(domainError('chain_unavailable', { problem: 'the answer was lost' })) : ok(undefined);
    },
    getTransactionStatus: (signatures) =>
      answer(() => ({
        statuses: signatures.map((signature): TransactionStatus => {
          const found = landed.get(signature);
          return found ? { kind: 'finalized', slot: found.slot, error: found.error } : { kind: 'not_found' };
        }),
        finalizedBlockHeight: height,
      })),
    getTransaction: (signature) =>
      answer(() => {
        const found = landed.get(signature);
        if (!found) return null;
        const { message, slot, error } = found;
        return {
          slot,
          error,
          feeLamports: 5_000n * BigInt(message.signers.length),
          feePayer: message.signers[0] ?? address('11111111111111111111111111111111'),
          vaultOutflows: outflowsOf(message, error),
        };
      }),
    getBalance: (vault, asset) => answer(() => ledger.balanceOf(vault, asset)),
  };
}
