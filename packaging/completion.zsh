#compdef vigil
# zsh completes vigil with what bash does.
autoload -U +X bashcompinit && bashcompinit
source /usr/share/bash-completion/completions/vigil
_bash_complete -o default -F _complete_vigil
