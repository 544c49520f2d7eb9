import type { AgentPolicy, Limit } from './agent-policy.ts';
import type { AssetId } from './asset.ts';
import { RESERVED_PROGRAMS } from './reserved-programs.ts';
import { isTimeZone } from './time-zone.ts';

export interface PolicyProblem {
  readonly path: readonly (string | number)[];
  readonly problem: string;
}
type Path = PolicyProblem['path'];

/** An asset's windows and those of its groups go into the signer's bounds, whose lists hold 64. */
export const MOST_GROUPS_OF_AN_ASSET = 4;

/** What the schema of single members cannot see: order, doubles, names that stand for nothing. Each problem names its place. */
export function checkPolicy(policy: AgentPolicy): readonly PolicyProblem[] {
  return [...assets(policy), ...groups(policy), ...recipients(policy), ...programs(policy), ...counts(policy), ...schedule(policy)];
}

function ordered({ autonomous, ceiling }: Limit | { readonly autonomous: number; readonly ceiling: number }, path: Path): PolicyProblem[] {
  return autonomous <= ceiling ? [] : [{ path, problem: 'autonomous must not be more than ceiling' }];
}

/** The first of two equals is right, each later one is a problem at its own place. */
function doubles(
  keys: readonly (string | number)[],
  place: (index: number) => Path,
  words: (key: string | number) => string,
): PolicyProblem[] {
  return keys.flatMap((key, index) => (keys.indexOf(key) === index ? [] : [{ path: place(index), problem: words(key) }]));
}

function windowsOf(
  windows: readonly { readonly seconds: number; readonly autonomous: bigint; readonly ceiling: bigint }[],
  path: Path,
): PolicyProblem[] {
  return [...sameLengths(windows, path), ...windows.flatMap((window, index) => ordered(window, [...path, index]))];
}
function sameLengths(windows: readonly { readonly seconds: number }[], path: Path): PolicyProblem[] {
  const lengths = windows.map(({ seconds }) => seconds);
  return new Set(lengths).size === lengths.length ? [] : [{ path, problem: 'two windows have the same length' }];
}

function assets({ assets: rules }: AgentPolicy): PolicyProblem[] {
  return [
    ...doubles(
      rules.map(({ asset }) => asset),
      (index) => ['assets', index],
      (asset) => `${asset} stands twice`,
    ),
    ...rules.flatMap(({ perTransaction, windows }, index): PolicyProblem[] => {
      const path = ['assets', index, 'perTransaction'];
      const { autonomous, ceiling, delayed } = perTransaction;
      const between = delayed === null || (delayed.upTo >= autonomous && delayed.upTo <= ceiling);
      return [
        ...ordered(perTransaction, path),
        ...(between ? [] : [{ path: [...path, 'delayed', 'upTo'], problem: 'must be between autonomous and ceiling' }]),
        ...windowsOf(windows, ['assets', index, 'windows']),
      ];
    }),
  ];
}

function unlisted({ assets: rules }: AgentPolicy, asset: AssetId, path: Path): PolicyProblem[] {
  return rules.some((rule) => rule.asset === asset) ? [] : [{ path, problem: `${asset} is not an asset that the policy lists` }];
}

function groups(policy: AgentPolicy): PolicyProblem[] {
  const crowded = policy.assets.filter(
    ({ asset }) => policy.groups.filter(({ members }) => members.some((member) => member.asset === asset)).length > MOST_GROUPS_OF_AN_ASSET,
  );
  return [
    ...doubles(
      policy.groups.map(({ name }) => name),
      (index) => ['groups', index, 'name'],
      (name) => `a group named ${name} stands twice`,
    ),
    ...crowded.map(({ asset }) => ({ path: ['groups'], problem: `${asset} is in more than ${MOST_GROUPS_OF_AN_ASSET} groups` })),
    ...policy.groups.flatMap(({ members, windows }, index): PolicyProblem[] => [
      ...doubles(
        members.map(({ asset }) => asset),
        (at) => ['groups', index, 'members', at],
        (asset) => `${asset} stands twice`,
      ),
      ...members.flatMap(({ asset }, at) => unlisted(policy, asset, ['groups', index, 'members', at, 'asset'])),
      ...windowsOf(windows, ['groups', index, 'windows']),
    ]),
  ];
}

function recipients(policy: AgentPolicy): PolicyProblem[] {
  return [
    ...doubles(
      policy.recipients.map(({ address }) => address),
      (index) => ['recipients', index],
      (address) => `${address} stands twice`,
    ),
    ...policy.recipients.flatMap(({ windows }, index): PolicyProblem[] => [
      ...doubles(
        windows.map(({ asset, seconds }) => `${asset} in ${seconds} s`),
        (at) => ['recipients', index, 'windows', at],
        (key) => `a window of ${key} stands twice`,
      ),
      ...windows.flatMap((window, at) => [
        ...ordered(window, ['recipients', index, 'windows', at]),
        ...unlisted(policy, window.asset, ['recipients', index, 'windows', at, 'asset']),
      ]),
    ]),
  ];
}

function programs(policy: AgentPolicy): PolicyProblem[] {
  return [
    ...doubles(
      policy.programs.map(({ program }) => program),
      (index) => ['programs', index],
      (program) => `${program} stands twice`,
    ),
    ...policy.programs.flatMap(({ program, instructions, worstReturn }, index): PolicyProblem[] => [
      ...(RESERVED_PROGRAMS.has(program)
        ? [
            {
              path: ['programs', index, 'program'],
              problem: 'is a program whose instructions are judged as what they do; it cannot be listed',
            },
          ]
        : []),
      ...(worstReturn === null || policy.groups.some(({ name }) => name === worstReturn.group)
        ? []
        : [{ path: ['programs', index, 'worstReturn', 'group'], problem: `there is no group named ${worstReturn.group}` }]),
      ...doubles(
        instructions.map(({ name }) => name),
        (at) => ['programs', index, 'instructions', at, 'name'],
        (name) => `an instruction named ${name} stands twice`,
      ),
      ...instructions.flatMap(({ discriminator, dataBytes, accounts }, at): PolicyProblem[] => [
        ...(dataBytes === null || dataBytes * 2 >= discriminator.length
          ? []
          : [{ path: ['programs', index, 'instructions', at, 'dataBytes'], problem: 'is shorter than the discriminator' }]),
        ...doubles(
          accounts.map(({ position }) => position),
          (place) => ['programs', index, 'instructions', at, 'accounts', place],
          (position) => `position ${position} stands twice`,
        ),
      ]),
    ]),
  ];
}

function counts(policy: AgentPolicy): PolicyProblem[] {
  const { denials } = policy;
  return [
    ...sameLengths(policy.transactions, ['transactions']),
    ...policy.transactions.flatMap((window, index) => ordered(window, ['transactions', index])),
    ...sameLengths(policy.fees.windows, ['fees', 'windows']),
    ...(denials === null || denials.lockdownAt === null || denials.lockdownAt >= denials.freezeAt
      ? []
      : [{ path: ['denials', 'lockdownAt'], problem: 'must not be less than freezeAt' }]),
  ];
}

function schedule({ schedule: hours }: AgentPolicy): PolicyProblem[] {
  if (hours === null) return [];
  return [
    ...(isTimeZone(hours.timeZone)
      ? []
      : [{ path: ['schedule', 'timeZone'], problem: 'is not a time zone of the IANA database, such as Europe/Berlin' }]),
    ...hours.open.flatMap(({ days }, index) =>
      doubles(
        days,
        (at) => ['schedule', 'open', index, 'days', at],
        (day) => `${day} stands twice`,
      ),
    ),
  ];
}
