import {
  type DomainError,
  domainError,
  fail,
  type IKeyManagementService,
  ok,
  type Result,
  type Signature,
  type SignerReceipt,
  type SignerWallet,
  type WalletId,
} from '@countersign/core';
import { createSignerConnection } from './client/signer-connection.ts';
import { Refused } from './signer/refusal.ts';
import { createFields, type Fields } from './signer/wire/fields.ts';

/** The agent keys over the signer's socket, with what only this signer has. */
export interface SignerClient extends IKeyManagementService {
  /** Signs `proposalReject` / `proposalCancel` of the wallet with the agent key. */
  signStepBack(input: {
    readonly walletId: WalletId;
    readonly message: Uint8Array;
  }): Promise<Result<{ readonly signature: Signature; readonly receipt: SignerReceipt }, DomainError>>;
  /** Needs the owner's `destroy-key` statement. */
  destroyAgentKey(input: {
    readonly walletId: WalletId;
    readonly statement: string;
    readonly ownerSignature: Signature;
  }): Promise<Result<void, DomainError>>;
  /** The sealed key file of a wallet; useless without the keystore's passphrase. Takes the arguments of `initializeAgentKey`. */
  readBackup(input: Parameters<IKeyManagementService['initializeAgentKey']>[0]): Promise<Result<Uint8Array, DomainError>>;
  restoreAgentKey(backup: Uint8Array): Promise<Result<void, DomainError>>;
  close(): void;
}

const RECEIPTS_PER_REQUEST = 100;
const MAX_LISTED = 256;
const STATES = ['active', 'suspended', 'no_bounds'] as const;

/** Connects on first use. Every failure is a `Result`: `signer_unavailable` (no answer in `timeoutMs`) or `signer_refused`. */
export function createSignerClient(options: { readonly socketPath: string; readonly timeoutMs: number }): SignerClient {
  const connection = createSignerConnection(options);
  const call = async <T>(
    op: string,
    content: { readonly [name: string]: unknown },
    read: (fields: Fields) => T,
  ): Promise<Result<T, DomainError>> => {
    const answer = await connection.request(op, content);
    if (!answer.ok) return answer;
    try {
      const value = read(answer.value);
      answer.value.end();
      return ok(value);
    } catch (error) {
      if (error instanceof Refused) return fail(domainError('signer_unavailable', { problem: `answer to ${op}: ${error.refusal.rule}` }));
      throw error;
    }
  };
  const nothing = (): void => {};
  const signed = (fields: Fields): { readonly signature: Signature; readonly receipt: SignerReceipt } => ({
    signature: fields.bytes('signature', 64),
    receipt: fields.bytesUpTo('receipt', 1024),
  });
  const create = ({
    walletId,
    owner,
    multisig,
    network,
  }: Parameters<IKeyManagementService['initializeAgentKey']>[0]): Promise<
    Result<{ readonly agent: SignerWallet['agentPublicKey']; readonly backup: Uint8Array }, DomainError>
  > =>
    call('create_key', { walletId, ownerPublicKey: owner, multisig, network }, (fields) => ({
      agent: fields.address('agentPublicKey'),
      backup: fields.bytesUpTo('backup', 4096),
    }));
  return {
    getFeeAccount: () => call('fee_account', {}, (fields) => fields.address('feeAccount')),
    getCreateKey: (walletId) => call('create_address', { walletId }, (fields) => fields.address('createKey')),
    initializeAgentKey: async (input) => {
      const created = await create(input);
      return created.ok ? ok({ agent: created.value.agent }) : created;
    },
    readBackup: async (input) => {
      const created = await create(input);
      return created.ok ? ok(created.value.backup) : created;
    },
    restoreAgentKey: (backup) => call('restore_key', { backup }, (fields) => void fields.address('agentPublicKey')),
    getAgentPublicKey: (walletId) => call('status', { walletId }, readAgentOfStatus),
    installBounds: (input) => call('install_bounds', { ...input }, (fields) => ({ revision: fields.whole('revision') })),
    signWithAgentKey: (input) => call('sign', { ...input }, signed),
    signStepBack: (input) => call('sign', { ...input, kind: 'step_back' }, signed),
    signWithFeeKey: (input) =>
      call('sign_fee', { ...input }, (fields) =>
        fields.list('signatures', 2).map((item) => {
          const each = createFields(item);
          return { signer: each.address('signer'), signature: each.bytes('signature', 64) };
        }),
      ),
    restoreReceipts: async (walletId, receipts) => {
      for (let at = 0; at < receipts.length; at += RECEIPTS_PER_REQUEST) {
        const part = receipts.slice(at, at + RECEIPTS_PER_REQUEST);
        const restored = await call('restore_receipts', { walletId, receipts: part }, (fields) => void fields.whole('restored'));
        if (!restored.ok) return restored;
      }
      return ok(undefined);
    },
    suspendAgentKey: (walletId) => call('suspend', { walletId }, nothing),
    resumeAgentKey: (input) => call('resume', { ...input }, nothing),
    destroyAgentKey: (input) => call('destroy_key', { ...input }, nothing),
    healthCheck: async () => {
      const wallets: SignerWallet[] = [];
      for (let after = ''; ; ) {
        const page = await call('hello', after === '' ? {} : { after }, readHello);
        if (!page.ok) return { ready: false, problem: 'problem' in page.error ? String(page.error.problem) : page.error.code, wallets: [] };
        wallets.push(...page.value.wallets);
        if (!page.value.more) return { ready: true, problem: null, wallets };
        after = page.value.last;
      }
    },
    close: connection.close,
  };
}

function readAgentOfStatus(fields: Fields): SignerWallet['agentPublicKey'] {
  for (const name of ['memoryLocked', 'coreDumpsOff']) fields.yes(name);
  for (const name of ['at', 'feeSignaturesLastMinute', 'wallets']) fields.whole(name);
  return fields.map('wallet').address('agentPublicKey');
}

/** A destroyed key is not among the wallets of a health check. */
function readHello(fields: Fields): { readonly wallets: readonly SignerWallet[]; readonly more: boolean; readonly last: string } {
  for (const name of ['kind', 'build']) fields.text(name, 64);
  if (fields.whole('protocol') !== 1) throw new Refused('malformed', 'the signer speaks another protocol');
  let last = '';
  const wallets = fields.list('wallets', MAX_LISTED).flatMap((item): SignerWallet[] => {
    const each = createFields(item);
    const walletId = each.walletId('walletId');
    last = walletId;
    const text = each.text('state', 32);
    const state = STATES.find((known) => known === text);
    if (state === undefined) return [];
    return [{ walletId, agentPublicKey: each.address('agentPublicKey'), policyRevision: each.whole('policyRevision'), state }];
  });
  return { wallets, more: fields.yes('more'), last };
}
