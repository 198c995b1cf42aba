# SPDX-License-Identifier: GPL-2.0-or-later
# bash completion for harness(1): commands, their options (read from --help),
# and the names of the configuration at hand.

_harness_names() {
	sed -n "s/^\[$1\.\"\{0,1\}\([^]\".]*[^]\"]*\)\"\{0,1\}\]\$/\1/p" harness.toml 2>/dev/null |
		grep -v '\.sweep$'
}

_harness() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	local commands command word
	commands=$(harness --help 2>/dev/null | sed -n '/^commands:/,/^$/s/^  \([a-z]*\) .*/\1/p')
	for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
		case " ${commands//$'\n'/ } " in *" $word "*) command=$word && break ;; esac
	done
	case $cur in
	-*) prev= ;;
	esac
	case $prev in
	--kernel) mapfile -t COMPREPLY < <(compgen -W "$(_harness_names kernel)" -- "$cur") ;;
	--policy) mapfile -t COMPREPLY < <(compgen -W "$(ls policies 2>/dev/null)" -- "$cur") ;;
	--workload) mapfile -t COMPREPLY < <(compgen -W "$(ls workloads 2>/dev/null)" -- "$cur") ;;
	--mode) mapfile -t COMPREPLY < <(compgen -W "auto tcg kvm deterministic" -- "$cur") ;;
	claim)
		# shellcheck disable=SC2046
		mapfile -t COMPREPLY < <(compgen -W "$(for d in policies/*/claims.toml; do
			d=${d#policies/} && sed -n "s|^name = \"\(.*\)\"|${d%/*}/\1|p" "policies/$d" 2>/dev/null
		done)" -- "$cur")
		;;
	--baseline | --junit | --ktap | --config | --db) mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
	--results) mapfile -t COMPREPLY < <(compgen -d -- "$cur") ;;
	kernel) mapfile -t COMPREPLY < <(compgen -W "list fetch build config shell prune" -- "$cur") ;;
	list | fetch | build | config | shell)
		mapfile -t COMPREPLY < <(compgen -W "$(_harness_names kernel)" -- "$cur")
		;;
	run | plan | gate) mapfile -t COMPREPLY < <(compgen -W "$(_harness_names matrix)" -- "$cur") ;;
	*)
		# shellcheck disable=SC2086
		mapfile -t COMPREPLY < <(compgen -W "${command:+$(harness $command --help 2>/dev/null |
			grep -o -- '--[a-z-]*')} ${command:-$commands}" -- "$cur")
		;;
	esac
}
complete -F _harness harness
