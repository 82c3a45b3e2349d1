/** What the completion for zsh does in a real one, where keys are pressed. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { COMPLETION_SCRIPTS } from './completion-scripts';
import { temporaryFolder } from './fuse/testing';

const hasZsh = spawnSync('zsh', ['--version']).status === 0;

/** The program, as far as the script knows it. */
const PROGRAM = `#!/bin/sh
[ "$1" = complete ] || exit 9
for word; do last=$word; done
case "$last" in
  ins*) echo inspect ;;
  merged*) echo merged_model_save_path= ;;
  method=*) echo method=dare/one; echo method=dare/two ;;
  *) ;;
esac
`;

/** Tab completes, Ctrl-T writes down the line as it then is, and begins another; what is offered is written down too. */
const INNER = `unsetopt beep
autoload -Uz compinit && compinit -u -D
source "$FOLDER/completion.zsh"
compadd() { [[ $funcstack[2] = _task_arithmetic_studio ]] && print -r -- "offers \${argv[(r)--,-1]}" >> "$FOLDER/told"; builtin compadd "$@" }
told() { print -r -- "line $BUFFER|" >> "$FOLDER/told"; BUFFER= }
zle -N told
bindkey '^T' told
bindkey '^I' complete-word
`;

/** A terminal with a shell in it. */
const OUTER = `zmodload zsh/zpty
zpty -b shell zsh -f -i
zpty -w shell "source $FOLDER/inner.zsh"
for line in "$@"; do zpty -w -n shell "$line"$'\\t\\x14'; done
zpty -w shell exit
while zpty -t shell; do zpty -r shell output; sleep 0.02; done
true
`;

/** @returns what was offered, and what became of the lines at a press of Tab */
function pressed(...lines: readonly string[]): string[] {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'bin'));
  writeFileSync(join(folder, 'bin/task-arithmetic-studio'), PROGRAM);
  chmodSync(join(folder, 'bin/task-arithmetic-studio'), 0o755);
  writeFileSync(join(folder, 'completion.zsh'), COMPLETION_SCRIPTS.get('zsh') ?? '');
  writeFileSync(join(folder, 'inner.zsh'), INNER);
  writeFileSync(join(folder, 'outer.zsh'), OUTER);
  writeFileSync(join(folder, 'told'), '');
  writeFileSync(join(folder, 'weights.safetensors'), '');
  const { error, status } = spawnSync('zsh', ['-f', join(folder, 'outer.zsh'), ...lines], {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: `${join(folder, 'bin')}:${process.env.PATH}`, FOLDER: folder, TERM: 'dumb' },
    timeout: 30_000,
  });
  expect([error, status]).toEqual([undefined, 0]);
  return readFileSync(join(folder, 'told'), 'utf8').trim().split('\n');
}

if (!hasZsh) {
  console.warn('zsh is not installed: its completion is not tested here.');
}

it.runIf(hasZsh)('a name is completed, with a blank behind it where nothing else is due', () => {
  expect(pressed('task-arithmetic-studio ins', 'task-arithmetic-studio fuse merged')).toEqual([
    'offers -- inspect',
    'line task-arithmetic-studio inspect |',
    'offers -- merged_model_save_path=',
    'line task-arithmetic-studio fuse merged_model_save_path=|',
  ]);
});

it.runIf(hasZsh)('several are offered, and what they have in common is filled in', () => {
  expect(pressed('task-arithmetic-studio fuse method=d')).toEqual([
    'offers -- method=dare/one method=dare/two',
    'line task-arithmetic-studio fuse method=dare/|',
  ]);
});

it.runIf(hasZsh)('where the program offers nothing it is files', () => {
  expect(pressed('task-arithmetic-studio inspect wei')).toEqual([
    'line task-arithmetic-studio inspect weights.safetensors |',
  ]);
});
