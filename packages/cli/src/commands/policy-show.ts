import type { Address, AssetId, AssetInfo } from '@countersign/core';
import { deriveChainLimits, parsePolicy, sha256Hex } from '@countersign/core';
import type { PolicyView } from '@countersign/sdk';
import { answered } from '../connection/answered.ts';
import { connect } from '../connection/connect.ts';
import { findWallet } from '../connection/find-wallet.ts';
import { flag, type Handler } from '../invocation.ts';
import { answer, EXIT_CODES, failed } from '../outcome.ts';
import { policyLines } from '../output/policy-lines.ts';
import { facts } from '../output/table.ts';

/** `policy show`: the revision in force, or the one that is named. */
const policyShow: Handler = async (invocation) => {
  const client = connect(invocation, 'owner');
  if (!client.ok) return client;
  const wallet = await findWallet(client.value, invocation);
  if (!wallet.ok) return wallet;
  const page = await answered(client.value.listPolicies(wallet.value.id));
  if (!page.ok) return page;
  const [named] = invocation.args;
  const found = page.value.items.find(({ revision, state }) => (named === undefined ? state === 'active' : String(revision) === named));
  if (!found)
    return failed({
      exitCode: EXIT_CODES.notFound,
      code: 'not_found',
      message: named === undefined ? 'no policy is in force, so nothing is allowed' : `there is no policy revision ${named}`,
      remedy: '"countersign policy list" shows all',
    });
  const inForce = found.tightening?.text ?? found.text;
  if (flag(invocation, 'text')) return answer(found, inForce.replace(/\n$/, '').split('\n'));
  const policy = parsePolicy(inForce);
  const signed = parsePolicy(found.text);
  const limits = signed.ok ? deriveChainLimits(signed.value, { owner: wallet.value.owner as Address }) : null;
  const assets = (wallet.value.balances ?? []).map(({ asset, decimals }): AssetInfo => ({ asset: asset as AssetId, decimals }));
  const body = policy.ok ? policyLines(policy.value, assets, limits?.ok ? limits.value : []) : inForce.split('\n');
  return answer(found, [
    `revision ${found.revision}, ${found.state}${found.activatedAt === null ? '' : ` since ${found.activatedAt}`}`,
    ...tightenedLines(found),
    '',
    ...body,
    '',
    ...facts([
      ['SHA-256 of what decides', sha256Hex(inForce)],
      ['SHA-256 that the owner signed', found.tightening === null ? null : sha256Hex(found.text)],
    ]),
  ]);
};
export default policyShow;

/** What the operator tightened stands over what the owner signed, until the next revision. */
function tightenedLines({ tightening }: PolicyView): readonly string[] {
  if (tightening === null) return [];
  const { number, by, at } = tightening;
  return [
    `tightened for the ${number}. time by ${by} at ${at}: this document decides; bounds and limits on chain are those that the owner signed`,
  ];
}
