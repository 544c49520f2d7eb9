import type { Command, Option } from 'commander';
import { FILE_OPTIONS } from '../program/define.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** One command of the tree as completion sees it. */
interface Node {
  /** Words after `countersign`, joined by a space; empty for the top. */
  readonly path: string;
  readonly commands: readonly { readonly name: string; readonly summary: string }[];
  readonly options: readonly {
    readonly name: string;
    readonly summary: string;
    readonly takesValue: boolean;
    readonly file: boolean;
    readonly choices: readonly string[];
  }[];
  readonly takesFile: boolean;
}

/** A completion script for one shell, made from the tree of commands: it runs nothing when it completes. */
export function completionScript(program: Command, shell: Shell): string {
  const nodes = walk(program, [], program.options);
  if (shell === 'fish') return fish(nodes);
  return shell === 'bash' ? bash(nodes) : zsh(nodes);
}

function walk(command: Command, path: readonly string[], globals: readonly Option[]): readonly Node[] {
  const options = path.length === 0 ? globals : [...command.options, ...globals];
  const node: Node = {
    path: path.join(' '),
    commands: command.commands.map((child) => ({ name: child.name(), summary: child.summary() })),
    options: options
      .filter(({ long }) => long !== undefined && long !== null)
      .map((option) => ({
        name: option.long ?? '',
        summary: option.description,
        takesValue: option.required || option.optional,
        file: FILE_OPTIONS.has(option.long ?? ''),
        choices: option.argChoices ?? [],
      })),
    takesFile: command.registeredArguments.some((argument) => /\bfile\b/.test(argument.name())),
  };
  return [node, ...command.commands.flatMap((child) => walk(child, [...path, child.name()], globals))];
}

const words = (list: readonly { readonly name: string }[]): string => list.map(({ name }) => name).join(' ');

/** Both shells find the command path among the words, then complete by case. */
function bash(nodes: readonly Node[]): string {
  const paths = nodes.filter(({ path }) => path !== '').map(({ path }) => `'${path}'`);
  return `# bash completion for countersign; made by "countersign completion bash"
_countersign() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" path='' word next
  COMPREPLY=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    next="\${path:+$path }$word"
    case "$next" in ${paths.join('|')}) path="$next" ;; esac
  done
  case "$path:$previous" in
${valueCases(nodes, (choices) => `COMPREPLY=($(compgen -W '${choices}' -- "$current"))`, 'COMPREPLY=($(compgen -f -- "$current"))', 'COMPREPLY=()')}
  esac
  case "$path" in
${nodes.map((node) => `    '${node.path}') [[ "$current" == -* ]] && COMPREPLY=($(compgen -W '${words(node.options)} --help' -- "$current")) || COMPREPLY=(${node.takesFile ? '$(compgen -f -- "$current")' : `$(compgen -W '${words(node.commands)}' -- "$current")`}) ;;`).join('\n')}
  esac
}
complete -o filenames -F _countersign countersign
`;
}

function zsh(nodes: readonly Node[]): string {
  const paths = nodes.filter(({ path }) => path !== '').map(({ path }) => `'${path}'`);
  return `#compdef countersign
# zsh completion for countersign; made by "countersign completion zsh"
_countersign() {
  local current="\${words[CURRENT]}" previous="\${words[CURRENT-1]}" route='' word next
  for word in "\${(@)words[2,CURRENT-1]}"; do
    next="\${route:+$route }$word"
    case "$next" in (${paths.join('|')}) route="$next" ;; esac
  done
  case "$route:$previous" in
${valueCases(nodes, (choices) => `compadd -- ${choices}`, '_files', ':')}
  esac
  case "$route" in
${nodes.map((node) => `    '${node.path}') if [[ "$current" == -* ]]; then ${described(node.options)}; else ${node.takesFile ? '_files' : described(node.commands)}; fi ;;`).join('\n')}
  esac
}
_countersign "$@"
`;
}

/** Values of options: their choices, files, or nothing to offer. */
function valueCases(nodes: readonly Node[], choose: (choices: string) => string, files: string, nothing: string): string {
  const seen = new Map<string, string[]>();
  for (const { path, options } of nodes)
    for (const { name, takesValue, file, choices } of options) {
      if (!takesValue) continue;
      const action = choices.length > 0 ? choose(choices.join(' ')) : file ? files : nothing;
      seen.set(action, [...(seen.get(action) ?? []), `'${path}:${name}'`]);
    }
  return [...seen].map(([action, patterns]) => `    ${patterns.join('|')}) ${action}; return ;;`).join('\n');
}

function described(list: readonly { readonly name: string; readonly summary: string }[]): string {
  const items = list.map(({ name, summary }) => quote(`${name}:${summary}`));
  return list.length === 0 ? ':' : `local -a offers=(${items.join(' ')}); _describe countersign offers`;
}

/** Condition: exactly this path was typed. Written with fish's own list of words before the cursor, options left out. */
function fish(nodes: readonly Node[]): string {
  const lines = nodes.flatMap(({ path, commands, options, takesFile }) => {
    const when = `-n ${quote(`__countersign_at ${quote(path)}`)}`;
    return [
      ...commands.map(({ name, summary }) => `complete -c countersign ${when} -f -a ${name} -d ${quote(summary)}`),
      ...options.map(({ name, summary, takesValue, file, choices }) => {
        const value = choices.length > 0 ? ` -x -a ${quote(choices.join(' '))}` : !takesValue ? '' : file ? ' -r -F' : ' -x';
        return `complete -c countersign ${when} -l ${name.slice(2)}${value} -d ${quote(summary)}`;
      }),
      ...(takesFile ? [`complete -c countersign ${when} -F`] : []),
    ];
  });
  const paths = nodes.filter(({ path }) => path !== '').map(({ path }) => quote(path));
  return `# fish completion for countersign; made by "countersign completion fish"
function __countersign_at
  set -l path ''
  for word in (commandline -opc)[2..-1]
    set -l next (string trim -- "$path $word")
    contains -- "$next" ${paths.join(' ')}; and set path "$next"
  end
  test "$path" = "$argv[1]"
end
complete -c countersign -f
${lines.join('\n')}
`;
}

/** A single-quoted word for all three shells. */
function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "'\\''")}'`;
}
