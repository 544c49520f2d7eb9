import {
  type Address,
  isAddress,
  LEAST_DAILY_AMOUNT,
  MOST_DAILY_AMOUNT,
  NATIVE_ASSET,
  NATIVE_DECIMALS,
  POLICY_PRESET_SUMMARIES,
  POLICY_PRESETS,
  type PolicyPreset,
  type PresetChoices,
  parseAssetId,
  parsePolicy,
  policyPreset,
} from '@countersign/core';
import { type Handler, listed } from '../invocation.ts';
import { answer, type Failure, misuse } from '../outcome.ts';
import { table } from '../output/table.ts';
import { good, type Result } from '../result.ts';
import { pair } from '../support/pair.ts';
import { parseUiAmount } from '../support/ui-amount.ts';

const RECIPIENT_EXAMPLE = '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin=Merchant';
const ASSET_EXAMPLE = 'SOL=2 or EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v:6=200';

/** `policy preset`: prints a document that is ready to edit; without a name it says which there are. Local. */
const printPreset: Handler = async (invocation) => {
  const [name] = invocation.args;
  if (name === undefined) return listPresets();
  if (!isPreset(name)) return misuse(`there is no preset "${name}"`, `one of ${POLICY_PRESETS.join(', ')}`);
  const recipients = each(listed(invocation, 'recipient'), readRecipient);
  if (!recipients.ok) return recipients;
  const assets = each(listed(invocation, 'asset'), readAsset);
  if (!assets.ok) return assets;
  const document = policyPreset(name, { recipients: recipients.value, assets: assets.value });
  const parsed = parsePolicy(document);
  if (!parsed.ok) {
    const problems = parsed.error.code === 'policy_invalid' ? parsed.error.problems : [];
    return misuse(
      `this makes no valid policy: ${problems.map(({ path, problem }) => `${path}: ${problem}`).join('; ')}`,
      'give each recipient and asset once, and labels of letters, digits and spaces',
    );
  }
  return answer(JSON.parse(document), document.trimEnd().split('\n'));
};
export default printPreset;

function listPresets(): ReturnType<typeof answer> {
  const presets = POLICY_PRESETS.map((name) => ({ name, summary: POLICY_PRESET_SUMMARIES[name] }));
  return answer(
    { presets },
    table(
      ['preset', 'what it is for'],
      presets.map(({ name, summary }) => [name, summary]),
    ),
  );
}

function isPreset(name: string): name is PolicyPreset {
  return (POLICY_PRESETS as readonly string[]).includes(name);
}

function each<T>(texts: readonly string[], read: (text: string) => Result<T, Failure>): Result<readonly T[], Failure> {
  const values: T[] = [];
  for (const text of texts) {
    const value = read(text);
    if (!value.ok) return value;
    values.push(value.value);
  }
  return good(values);
}

function readRecipient(text: string): Result<PresetChoices['recipients'][number], Failure> {
  const parts = pair(text, 'recipient', RECIPIENT_EXAMPLE);
  if (!parts.ok) return parts;
  const [address, label] = parts.value;
  if (address !== 'owner' && !isAddress(address)) return misuse(`"${address}" is no address`, `write it as ${RECIPIENT_EXAMPLE}`);
  return good({ address: address as Address | 'owner', label });
}

/** `SOL=2`, `MINT:DECIMALS=200`: what the agent may pay alone in a day. */
function readAsset(text: string): Result<PresetChoices['assets'][number], Failure> {
  const parts = pair(text, 'asset', ASSET_EXAMPLE);
  if (!parts.ok) return parts;
  const [which, amount] = parts.value;
  const [id = '', places = id === NATIVE_ASSET ? String(NATIVE_DECIMALS) : ''] = which.split(':');
  const asset = parseAssetId(id);
  if (!asset.ok) return misuse(`"${id}" is neither SOL nor the address of a mint`, `write it as ${ASSET_EXAMPLE}`);
  const decimals = /^(0|[1-9][0-9]?)$/.test(places) ? Number(places) : Number.NaN;
  if (!(decimals <= 18)) return misuse(`it is not said how many decimals ${id} has`, `write it as ${ASSET_EXAMPLE}`);
  const daily = parseUiAmount(amount, decimals);
  if (!daily.ok) return daily;
  if (daily.value < LEAST_DAILY_AMOUNT || daily.value > MOST_DAILY_AMOUNT)
    return misuse(
      `a daily amount of ${daily.value} base units of ${id} is too ${daily.value < LEAST_DAILY_AMOUNT ? 'small' : 'large'} for a preset`,
      `choose from ${LEAST_DAILY_AMOUNT} to ${MOST_DAILY_AMOUNT} base units, and edit the document`,
    );
  return good({ asset: asset.value, daily: daily.value });
}
