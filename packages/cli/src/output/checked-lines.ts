import type { Checked } from '../verify/reviewed.ts';

/** The first 16 hex digits in groups of four: what two people read to each other to compare. */
export function shortHash(sha256: string): string {
  return (sha256.slice(0, 16).match(/.{4}/g) ?? []).join(' ');
}

const PARTS: { readonly [Part in Checked['part']]: string } = {
  owner: ', the owner',
  recovery: ', the recovery key, in the place of the owner key that is lost',
  new_owner: ', the new owner: the statement alone',
};

/** What the owner reads before signing: the bytes' own story first, the service's words last and marked. */
export function checkedLines(checked: Checked): readonly string[] {
  return [
    `Read from the exact bytes to sign (${checked.kind}, ${checked.approval}):`,
    '',
    ...indented(checked.summary),
    '',
    ...checked.notUnderstood.map(({ sentence }) => `✗ UNKNOWN: ${sentence}`),
    ...(checked.notUnderstood.length > 0 ? [''] : []),
    ...checked.warnings.map((warning) => `! ${warning}`),
    ...(checked.warnings.length > 0 ? [''] : []),
    ...checked.messages.map(
      ({ sha256 }, index) =>
        `transaction ${index + 1} of ${checked.messages.length}: SHA-256 ${shortHash(sha256)} …  (compare on a second device)`,
    ),
    `signed by ${checked.key}${PARTS[checked.part]}`,
    ...(checked.claims.length === 0 ? [] : ['', 'The service says, and nothing here proves it:', ...indented(checked.claims)]),
  ];
}

function indented(lines: readonly string[]): readonly string[] {
  return lines.flatMap((line) => line.split('\n')).map((line) => (line === '' ? '' : `  ${line}`));
}

/** The same for `--json`. */
export function checkedJson(checked: Checked): { readonly [name: string]: unknown } {
  return {
    summary: checked.summary,
    unknown: checked.notUnderstood,
    warnings: checked.warnings,
    serviceSays: checked.claims,
    key: checked.key,
    part: checked.part,
    statement: checked.statement,
    messages: checked.messages.map(({ sha256 }) => ({ sha256 })),
  };
}
