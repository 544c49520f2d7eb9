import { PROBLEM_CODES, PROBLEMS } from './problem-table.ts';

const HEAD = `# Errors

Every error is an RFC 9457 problem (\`application/problem+json\`): \`type\`, \`title\`, \`status\`, \`detail\`, and beside them \`code\` (public, never used
again for anything else), \`remedy\` (what to do), \`requestId\` (to find it in the logs), and the members listed here. A denied payment carries the
members of a transaction and \`violations\` and \`budgets\` besides. When several fields are wrong, \`field\` names the first and \`errors\` has them all.

This page is made from \`packages/api/src/problems\` by \`node packages/api/src/problems/write-errors-page.ts\`; a test compares the two.

| code | status | what it means | what to do | members |
|---|---|---|---|---|
`;

/** docs/errors.md, complete. */
export function renderErrorsPage(): string {
  const rows = [...PROBLEM_CODES].sort().map((code) => {
    const { status, title, remedy, members } = PROBLEMS[code];
    return `| \`${code}\` | ${status} | ${title} | ${remedy.replaceAll('|', '\\|')} | ${members.map((name) => `\`${name}\``).join(' ')} |`;
  });
  return `${HEAD}${rows.join('\n')}\n`;
}
