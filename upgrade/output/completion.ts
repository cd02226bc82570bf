import type { Command } from "commander";
import { PHASES } from "../../infra/phases";
import { Refusal } from "../refusal";

const NAME = "order-upgrade";

/** A completion script: commands, their options, and phases after `--to`. */
export function completion(shell: string, root: Command): string {
  const commands = root.commands.flatMap((command) =>
    command.commands.length === 0
      ? [{ words: command.name(), description: command.description(), command }]
      : command.commands.map((inner) => ({
          words: `${command.name()} ${inner.name()}`,
          description: inner.description(),
          command: inner,
        })),
  );
  const optionsOf = (command: Command): string[] =>
    command.options
      .map(({ long }) => long)
      .filter((long): long is string => long !== undefined && long !== null);
  switch (shell) {
    case "bash":
    case "zsh": {
      const cases = commands.map(
        ({ words, command }) => `    "${words}"*) words="${optionsOf(command).join(" ")}" ;;`,
      );
      return `${[
        ...(shell === "zsh" ? ["autoload -U +X bashcompinit && bashcompinit"] : []),
        `_order_upgrade() {`,
        `  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" words`,
        `  if [ "$before" = --to ]; then COMPREPLY=($(compgen -W "${PHASES.join(" ")}" -- "$current")); return; fi`,
        `  case "\${COMP_WORDS[*]:1:COMP_CWORD-1}" in`,
        ...cases,
        `    *) words="${[...new Set(commands.flatMap(({ words }) => words.split(" ")))].join(" ")}" ;;`,
        `  esac`,
        `  COMPREPLY=($(compgen -W "$words" -- "$current"))`,
        `}`,
        `complete -F _order_upgrade ${NAME}`,
      ].join("\n")}\n`;
    }
    case "fish":
      return `${[
        ...commands.map(
          ({ words, description }) =>
            `complete -c ${NAME} -f -n __fish_use_subcommand -a '${words.split(" ")[0]}' -d '${description.replaceAll("'", "")}'`,
        ),
        ...commands.flatMap(({ words, command }) =>
          optionsOf(command).map(
            (long) =>
              `complete -c ${NAME} -f -n '__fish_seen_subcommand_from ${words.split(" ").at(-1)}' -l ${long.slice(2)}`,
          ),
        ),
        `complete -c ${NAME} -f -l to -a '${PHASES.join(" ")}'`,
      ].join("\n")}\n`;
    default:
      throw new Refusal(
        `completion ${shell}: use bash, zsh or fish, such as: source <(${NAME} completion bash)`,
        2,
      );
  }
}
