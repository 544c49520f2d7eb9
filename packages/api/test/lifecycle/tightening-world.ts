import { type DomainError, ok, type PolicyRevision, type Result, tightenPolicy } from '@countersign/core';
import { AUTONOMOUS, CEILING, must, type TestWallet, type World } from './world.ts';

export interface Amounts {
  readonly autonomous?: bigint;
  readonly ceiling?: bigint;
  readonly window?: bigint;
  readonly delayed?: { readonly upTo: bigint; readonly delaySeconds: number };
}
/** The rule of the native asset, as a document has it. */
export const asset = ({ autonomous = AUTONOMOUS, ceiling = CEILING, window = 500n, delayed }: Amounts): object => ({
  asset: 'SOL',
  perTransaction: {
    ...{ autonomous: autonomous.toString(), ceiling: ceiling.toString() },
    ...(delayed && { delayed: { ...delayed, upTo: delayed.upTo.toString() } }),
  },
  windows: [{ seconds: 86_400, autonomous: window.toString(), ceiling: '5000' }],
});

type Change = { readonly [member: string]: unknown };
/** What the operator does to the policies of a world's wallets. */
export interface Policies {
  active(of: TestWallet): Promise<PolicyRevision>;
  /** The document in force with members of it changed. */
  changed(of: TestWallet, change: Change): Promise<string>;
  tightenTo(of: TestWallet, policyText: string): Promise<Result<PolicyRevision, DomainError>>;
  tighten(of: TestWallet, change: Change): Promise<Result<PolicyRevision, DomainError>>;
}
export function policiesOf({ deps }: Pick<World, 'deps'>): Policies {
  const policies: Policies = {
    async active({ wallet }) {
      const revision = must(await deps.database.read(async (reader) => ok(await reader.policies.active(wallet.id))));
      if (revision === null) throw new Error('no policy');
      return revision;
    },
    async changed(of, change) {
      const { text, tightening } = await policies.active(of);
      return JSON.stringify({ ...(JSON.parse(tightening?.text ?? text) as object), ...change });
    },
    tightenTo: ({ wallet }, policyText) => tightenPolicy(deps, { walletId: wallet.id, policyText, actor: 'operator' }),
    tighten: async (of, change) => policies.tightenTo(of, await policies.changed(of, change)),
  };
  return policies;
}
