import { tmpdir } from 'node:os';
import { describe, expect, test } from 'vitest';
import { type Rehearsal, runPage } from './run-page.ts';
import { splitShell } from './shell-words.ts';

const seat = { folder: tmpdir(), env: {}, passphrase: '' };
const rehearsal = (then: Rehearsal['then'] = {}): Rehearsal => ({
  seats: { host: seat },
  variables: new Map([['NAME', 'a value']]),
  then,
});
const block = (...lines: readonly string[]): string => ['```sh host', ...lines, '```'].join('\n');
const sees = (...lines: readonly string[]): string => ['```text', ...lines, '```'].join('\n');

describe('a page that says something untrue, or would not be tried, fails', () => {
  test.each([
    ['a command without somebody who runs it', '```sh\ntrue\n```'],
    ['a block of another kind', '```console\ntrue\n```'],
    ['a block that does not end', '```sh host\ntrue'],
    ['a block in which there is nothing to run', block('# true')],
    ['what is seen, without a command', sees('a')],
    ['a comment that the test does not know', '<!-- the test does something -->'],
    ['somebody who is not there', '```sh nobody\ntrue\n```'],
    ['a check that is not there', '<!-- then: all is well -->'],
    ['a command that fails', block('false')],
    ['a command that does not fail as it is said', block('true # exit code 1')],
    ['a line that is not seen', `${block('echo one')}\n${sees('two')}`],
    ['lines in another order', `${block('echo one', 'echo two')}\n${sees('two', 'one')}`],
    ['a variable that nobody set', block('echo "$OTHER"')],
    ['more of a shell than is tried', block('true | true')],
    ['a command in the place of another', block('echo `true`')],
    ['a command line of the tool that does not exist', block('countersign no-such-command')],
  ])('%s', async (_what, markdown) => {
    await expect(runPage(markdown, rehearsal())).rejects.toThrow();
  });
  test('a check that the page does not ask for any more', async () => {
    await expect(runPage(block('true'), rehearsal({ 'all is well': async () => undefined }))).rejects.toThrow('all is well');
  });
  test('a check that finds something', async () => {
    const bad = rehearsal({ 'all is well': () => Promise.reject(new Error('it is not')) });
    await expect(runPage('<!-- then: all is well -->', bad)).rejects.toThrow();
  });
});

test('a page that is true passes, and tells what ran', async () => {
  const markdown = `${block('echo "$NAME" of two \\', '  lines', 'false # exit code 1')}\n${sees('$NAME … lines')}\n<!-- then: all is well -->`;
  const seen: string[] = [];
  const ran = await runPage(markdown, rehearsal({ 'all is well': async (before) => void seen.push(String(before.exitCode)) }));
  expect(ran).toEqual(['echo "$NAME" of two lines', 'false']);
  expect(seen).toEqual(['1']);
});

test('a line is taken apart as a shell does it, or not at all', () => {
  const variables = new Map([['NAME', 'a "value"']]);
  expect(splitShell(`run --a="$NAME" '$NAME' $NAME-b > "out $NAME" # and why`, variables)).toEqual({
    words: ['run', '--a=a "value"', '$NAME', 'a "value"-b'],
    into: 'out a "value"',
  });
  expect(() => splitShell('run >', variables)).toThrow('no command');
  for (const line of ['run "$(other)"', `run "\${NAME}"`, 'run "\\$NAME"', 'run; other', 'run "`other`"', 'run < file'])
    expect(() => splitShell(line, variables), line).toThrow('a whole shell');
});
