#compdef vigil
# zsh completes vigil with what bash does. It has no compopt, and does without.
autoload -U +X bashcompinit && bashcompinit
(( $+functions[compopt] )) || compopt() { }
source /usr/share/bash-completion/completions/vigil
_bash_complete -o default -F _complete_vigil
