import type { Checked } from '../verify/reviewed.ts';

/** The first 16 hex digits in groups of four: what two people read to each other to compare. */
export function shortHash(sha256: string): string {
  return (sha256.slice(0, 16).match(/.{4}/g) ?? []).join(' ');
}

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
    `signed by ${checked.owner}`,
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
    owner: checked.owner,
    statement: checked.statement,
    messages: checked.messages.map(({ sha256 }) => ({ sha256 })),
  };
}
