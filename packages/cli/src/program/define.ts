import { type Command, Option } from 'commander';
import type { Handler } from '../invocation.ts';

export interface OptionSpec {
  readonly flags: string;
  readonly about: string;
  readonly choices?: readonly string[];
  readonly required?: true;
  /** May be given several times. */
  readonly repeated?: true;
  /** Completed with files. */
  readonly file?: true;
}
export interface CommandSpec {
  /** Name and arguments: `show <id>`. */
  readonly usage: string;
  readonly summary: string;
  /** What a newcomer needs beside the summary. */
  readonly about?: string;
  readonly options?: readonly OptionSpec[];
  /** At least one, as typed after the prompt. */
  readonly examples: readonly [string, ...string[]];
  /** Loads the command's code when it is called, and not before. */
  readonly load: () => Promise<Handler>;
}
export type Dispatch = (handler: () => Promise<Handler>, command: Command) => Promise<void>;

/** Options whose values are files, for completion. */
export const FILE_OPTIONS: Set<string> = new Set();

/** Adds one command to the tree. */
export function define(parent: Command, dispatch: Dispatch, spec: CommandSpec): Command {
  const command = parent.command(spec.usage).summary(spec.summary);
  command.description(spec.about === undefined ? spec.summary : `${spec.summary}\n\n${spec.about}`);
  for (const each of spec.options ?? []) {
    const option = new Option(each.flags, each.about);
    if (each.choices) option.choices([...each.choices]);
    if (each.required) option.makeOptionMandatory();
    if (each.repeated) option.argParser((value: string, before: readonly string[] | undefined) => [...(before ?? []), value]);
    if (each.file) FILE_OPTIONS.add(option.long ?? each.flags);
    command.addOption(option);
  }
  command.addHelpText(
    'after',
    `\nExample${spec.examples.length > 1 ? 's' : ''}:\n${spec.examples.map((line) => `  $ ${line}`).join('\n')}`,
  );
  command.action(() => dispatch(spec.load, command));
  return command;
}

/** Adds a group of commands: it does nothing itself but tell what is in it. */
export function group(parent: Command, name: string, summary: string, example: string): Command {
  return parent.command(name).summary(summary).description(summary).addHelpText('after', `\nExample:\n  $ ${example}`);
}
