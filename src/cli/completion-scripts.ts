/** Completion for shells: each asks the program itself what may stand next. */

const BASH = `# Completion of task-arithmetic-studio for bash. For this shell, or in ~/.bashrc:
#   source <(task-arithmetic-studio completion bash)
_task_arithmetic_studio() {
  local words current candidate
  read -r -a words <<< "\${COMP_LINE:0:COMP_POINT}"
  # After a blank a new word begins.
  [[ "\${COMP_LINE:0:COMP_POINT}" == *[[:space:]] ]] && words+=("")
  current="\${words[\${#words[@]}-1]}"
  COMPREPLY=()
  while IFS= read -r candidate; do
    # Readline takes what follows the equals sign for the word.
    [[ "$current" == *=* && "$COMP_WORDBREAKS" == *=* ]] && candidate="\${candidate#"\${current%%=*}="}"
    COMPREPLY+=("$candidate")
  done < <(task-arithmetic-studio complete "\${words[@]:1}" 2>/dev/null)
  [[ "\${#COMPREPLY[@]}" -eq 1 && "\${COMPREPLY[0]}" == *= ]] && compopt -o nospace 2>/dev/null
  return 0
}
complete -o default -F _task_arithmetic_studio task-arithmetic-studio`;

const ZSH = `#compdef task-arithmetic-studio
# Completion of task-arithmetic-studio for zsh. After compinit in ~/.zshrc:
#   source <(task-arithmetic-studio completion zsh)
_task_arithmetic_studio() {
  local -a candidates open
  candidates=("\${(@f)$(task-arithmetic-studio complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  candidates=("\${(@)candidates:#}")
  (( \${#candidates} )) || { _files; return }
  # Behind an equals sign a value is due, and no blank.
  open=("\${(@M)candidates:#*=}")
  candidates=("\${(@)candidates:#*=}")
  (( \${#open} )) && compadd -S '' -- "\${open[@]}"
  (( \${#candidates} )) && compadd -- "\${candidates[@]}"
  return 0
}
compdef _task_arithmetic_studio task-arithmetic-studio`;

export const COMPLETION_SCRIPTS: ReadonlyMap<string, string> = new Map([
  ['bash', BASH],
  ['zsh', ZSH],
]);
