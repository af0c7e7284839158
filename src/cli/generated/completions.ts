// Written by scripts/gen-help.ts from src/cli/commands.ts; do not edit.
export const COMPLETIONS: ReadonlyMap<string, string> = new Map([
  ["bash", `_runt() {
    local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command='' own='' words='' count=0 i=1
    local globals='--debug --log --log-format --root --systemd-cgroup --rootless --help -h --version -v'
    # "=" is a word of its own in COMP_WORDS.
    [[ $cur == = ]] && cur=''
    [[ $prev == = ]] && prev=\${COMP_WORDS[COMP_CWORD-2]}
    while ((i < COMP_CWORD)); do
        case $command:\${COMP_WORDS[i]} in
            spec:--rootless) ;;
            create:--bundle|create:-b|create:--console-socket|create:--pidfd-socket|create:--pid-file|create:--preserve-fds|run:--bundle|run:-b|run:--console-socket|run:--pidfd-socket|run:--pid-file|run:--preserve-fds|exec:--console-socket|exec:--pidfd-socket|exec:--cwd|exec:--env|exec:-e|exec:--user|exec:-u|exec:--additional-gids|exec:-g|exec:--process|exec:-p|exec:--pid-file|exec:--process-label|exec:--apparmor|exec:--cap|exec:-c|exec:--preserve-fds|exec:--cgroup|list:--format|list:-f|ps:--format|ps:-f|spec:--bundle|spec:-b|validate:--bundle|validate:-b|validate:--format|validate:-f|explain:--bundle|explain:-b|*:--log|*:--log-format|*:--root|*:--rootless)
                [[ \${COMP_WORDS[i+1]} == = ]] && ((i++))
                ((i++))
                ;;
            *:-*) ;;
            :*) command=\${COMP_WORDS[i]} ;;
            *) ((count++)) ;;
        esac
        ((i++))
    done
    case $command:$prev in
            spec:--rootless) ;;
        create:--bundle|create:-b|run:--bundle|run:-b|exec:--cwd|spec:--bundle|spec:-b|validate:--bundle|validate:-b|explain:--bundle|explain:-b|*:--root)
            mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
        create:--console-socket|create:--pidfd-socket|create:--pid-file|run:--console-socket|run:--pidfd-socket|run:--pid-file|exec:--console-socket|exec:--pidfd-socket|exec:--process|exec:-p|exec:--pid-file|*:--log)
            mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        create:--preserve-fds|run:--preserve-fds|exec:--env|exec:-e|exec:--user|exec:-u|exec:--additional-gids|exec:-g|exec:--process-label|exec:--apparmor|exec:--cap|exec:-c|exec:--preserve-fds|exec:--cgroup)
            return ;;
        list:--format|list:-f|ps:--format|ps:-f)
            mapfile -t COMPREPLY < <(compgen -W 'json table' -- "$cur"); return ;;
        validate:--format|validate:-f|*:--log-format)
            mapfile -t COMPREPLY < <(compgen -W 'json text' -- "$cur"); return ;;
        *:--rootless)
            mapfile -t COMPREPLY < <(compgen -W 'auto false true' -- "$cur"); return ;;
    esac
    if [[ $cur == -* ]]; then
        case $command in
            create) own='--bundle -b --console-socket --pidfd-socket --pid-file --no-pivot --no-new-keyring --preserve-fds' ;;
            delete) own='--force -f' ;;
            run) own='--bundle -b --console-socket --pidfd-socket --pid-file --no-pivot --no-new-keyring --preserve-fds --detach -d --keep --no-subreaper' ;;
            exec) own='--console-socket --pidfd-socket --cwd --env -e --tty -t --user -u --additional-gids -g --process -p --detach -d --pid-file --process-label --apparmor --no-new-privs --cap -c --preserve-fds --cgroup --ignore-paused' ;;
            list) own='--format -f --quiet -q' ;;
            ps) own='--format -f' ;;
            spec) own='--bundle -b --rootless' ;;
            validate) own='--bundle -b --format -f' ;;
            explain) own='--bundle -b --no-pivot --outline --json' ;;
        esac
        words="$own $globals"
    elif ((count == 0)); then
        case $command in
            '') words='create start state kill delete run exec list ps pause resume spec validate explain features completion help' ;;
            start) words="$(runt list -q 2>/dev/null)" ;;
            state) words="$(runt list -q 2>/dev/null)" ;;
            kill) words="$(runt list -q 2>/dev/null)" ;;
            delete) words="$(runt list -q 2>/dev/null)" ;;
            exec) words="$(runt list -q 2>/dev/null)" ;;
            ps) words="$(runt list -q 2>/dev/null)" ;;
            pause) words="$(runt list -q 2>/dev/null)" ;;
            resume) words="$(runt list -q 2>/dev/null)" ;;
            completion) words="bash fish zsh" ;;
            help) words="create start state kill delete run exec list ps pause resume spec validate explain features completion help" ;;
        esac
    fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}
complete -o default -F _runt runt
`],
  ["fish", `complete -c runt -f
complete -c runt -l debug -d 'log every step'
complete -c runt -l log -r -F -d 'append the log to FILE (default: standard error)'
complete -c runt -l log-format -x -a 'json text' -d 'text or json (default: text)'
complete -c runt -l root -x -a '(__fish_complete_directories)' -d 'directory of the containers\\' state (default: /run/runt, or $XDG_RUNTIME_DIR/runt when rootless)'
complete -c runt -l systemd-cgroup -d 'let systemd manage the cgroups; cgroupsPath is slice:prefix:name'
complete -c runt -l rootless -x -a 'auto false true' -d 'go on where cgroups may not be written: true, false or auto (default: auto)'
complete -c runt -l help -s h -d 'print this help'
complete -c runt -l version -s v -d 'print the version'
complete -c runt -n __fish_use_subcommand -a create -d 'make a container; start runs its process'
complete -c runt -n '__fish_seen_subcommand_from create' -l bundle -s b -x -a '(__fish_complete_directories)' -d 'directory that holds config.json (default: the working directory)'
complete -c runt -n '__fish_seen_subcommand_from create' -l console-socket -r -F -d 'unix socket that receives the master of the container\\'s terminal'
complete -c runt -n '__fish_seen_subcommand_from create' -l pidfd-socket -r -F -d 'unix socket that receives a pidfd of the new process'
complete -c runt -n '__fish_seen_subcommand_from create' -l pid-file -r -F -d 'file to write the new process\\'s pid to'
complete -c runt -n '__fish_seen_subcommand_from create' -l no-pivot -d 'use MS_MOVE and chroot instead of pivot_root (unsafe; for ramdisks)'
complete -c runt -n '__fish_seen_subcommand_from create' -l no-new-keyring -d 'keep the caller\\'s session keyring'
complete -c runt -n '__fish_seen_subcommand_from create' -l preserve-fds -x -d 'pass N more file descriptors to the process, from 3 on'
complete -c runt -n __fish_use_subcommand -a start -d 'run the process of a created container'
complete -c runt -n '__fish_seen_subcommand_from start' -a '(runt list -q 2>/dev/null)'
complete -c runt -n __fish_use_subcommand -a state -d 'print a container\\'s state as JSON'
complete -c runt -n '__fish_seen_subcommand_from state' -a '(runt list -q 2>/dev/null)'
complete -c runt -n __fish_use_subcommand -a kill -d 'send a signal (default: SIGTERM) to a container\\'s process'
complete -c runt -n '__fish_seen_subcommand_from kill' -a '(runt list -q 2>/dev/null)'
complete -c runt -n __fish_use_subcommand -a delete -d 'remove a container and what belongs to it'
complete -c runt -n '__fish_seen_subcommand_from delete' -a '(runt list -q 2>/dev/null)'
complete -c runt -n '__fish_seen_subcommand_from delete' -l force -s f -d 'kill it first; succeed when there is no such container'
complete -c runt -n __fish_use_subcommand -a run -d 'create and start a container'
complete -c runt -n '__fish_seen_subcommand_from run' -l bundle -s b -x -a '(__fish_complete_directories)' -d 'directory that holds config.json (default: the working directory)'
complete -c runt -n '__fish_seen_subcommand_from run' -l console-socket -r -F -d 'unix socket that receives the master of the container\\'s terminal'
complete -c runt -n '__fish_seen_subcommand_from run' -l pidfd-socket -r -F -d 'unix socket that receives a pidfd of the new process'
complete -c runt -n '__fish_seen_subcommand_from run' -l pid-file -r -F -d 'file to write the new process\\'s pid to'
complete -c runt -n '__fish_seen_subcommand_from run' -l no-pivot -d 'use MS_MOVE and chroot instead of pivot_root (unsafe; for ramdisks)'
complete -c runt -n '__fish_seen_subcommand_from run' -l no-new-keyring -d 'keep the caller\\'s session keyring'
complete -c runt -n '__fish_seen_subcommand_from run' -l preserve-fds -x -d 'pass N more file descriptors to the process, from 3 on'
complete -c runt -n '__fish_seen_subcommand_from run' -l detach -s d -d 'return as soon as the process runs'
complete -c runt -n '__fish_seen_subcommand_from run' -l keep -d 'keep the container\\'s state and cgroup when its process ends'
complete -c runt -n '__fish_seen_subcommand_from run' -l no-subreaper -d 'do not adopt orphaned processes of the container'
complete -c runt -n __fish_use_subcommand -a exec -d 'run one more process in a container'
complete -c runt -n '__fish_seen_subcommand_from exec' -a '(runt list -q 2>/dev/null)'
complete -c runt -n '__fish_seen_subcommand_from exec' -l console-socket -r -F -d 'unix socket that receives the master of the container\\'s terminal'
complete -c runt -n '__fish_seen_subcommand_from exec' -l pidfd-socket -r -F -d 'unix socket that receives a pidfd of the new process'
complete -c runt -n '__fish_seen_subcommand_from exec' -l cwd -x -a '(__fish_complete_directories)' -d 'working directory in the container'
complete -c runt -n '__fish_seen_subcommand_from exec' -l env -s e -x -d 'set a variable (repeatable)'
complete -c runt -n '__fish_seen_subcommand_from exec' -l tty -s t -d 'give the process a terminal'
complete -c runt -n '__fish_seen_subcommand_from exec' -l user -s u -x -d 'numeric user and group'
complete -c runt -n '__fish_seen_subcommand_from exec' -l additional-gids -s g -x -d 'supplementary group (repeatable)'
complete -c runt -n '__fish_seen_subcommand_from exec' -l process -s p -r -F -d 'JSON file with the whole process; options about the process are then ignored'
complete -c runt -n '__fish_seen_subcommand_from exec' -l detach -s d -d 'return as soon as the process runs'
complete -c runt -n '__fish_seen_subcommand_from exec' -l pid-file -r -F -d 'file to write the new process\\'s pid to'
complete -c runt -n '__fish_seen_subcommand_from exec' -l process-label -x -d 'SELinux label of the process'
complete -c runt -n '__fish_seen_subcommand_from exec' -l apparmor -x -d 'AppArmor profile of the process'
complete -c runt -n '__fish_seen_subcommand_from exec' -l no-new-privs -d 'forbid the process to gain privileges'
complete -c runt -n '__fish_seen_subcommand_from exec' -l cap -s c -x -d 'give the process a capability (repeatable)'
complete -c runt -n '__fish_seen_subcommand_from exec' -l preserve-fds -x -d 'pass N more file descriptors to the process, from 3 on'
complete -c runt -n '__fish_seen_subcommand_from exec' -l cgroup -x -d 'sub-cgroup of the container\\'s cgroup to run in (repeatable)'
complete -c runt -n '__fish_seen_subcommand_from exec' -l ignore-paused -d 'exec into a paused container; it waits until that resumes'
complete -c runt -n __fish_use_subcommand -a list -d 'list the containers of the state root'
complete -c runt -n '__fish_seen_subcommand_from list' -l format -s f -x -a 'json table' -d 'table or json (default: table)'
complete -c runt -n '__fish_seen_subcommand_from list' -l quiet -s q -d 'print ids only'
complete -c runt -n __fish_use_subcommand -a ps -d 'list the processes of a container'
complete -c runt -n '__fish_seen_subcommand_from ps' -a '(runt list -q 2>/dev/null)'
complete -c runt -n '__fish_seen_subcommand_from ps' -l format -s f -x -a 'json table' -d 'table or json (default: table)'
complete -c runt -n __fish_use_subcommand -a pause -d 'freeze all processes of a container'
complete -c runt -n '__fish_seen_subcommand_from pause' -a '(runt list -q 2>/dev/null)'
complete -c runt -n __fish_use_subcommand -a resume -d 'thaw a paused container'
complete -c runt -n '__fish_seen_subcommand_from resume' -a '(runt list -q 2>/dev/null)'
complete -c runt -n __fish_use_subcommand -a spec -d 'write a config.json to begin with'
complete -c runt -n '__fish_seen_subcommand_from spec' -l bundle -s b -x -a '(__fish_complete_directories)' -d 'directory to write config.json to (default: the working directory)'
complete -c runt -n '__fish_seen_subcommand_from spec' -l rootless -d 'write it for a caller without privileges'
complete -c runt -n __fish_use_subcommand -a validate -d 'check a bundle\\'s config.json and print every finding'
complete -c runt -n '__fish_seen_subcommand_from validate' -l bundle -s b -x -a '(__fish_complete_directories)' -d 'directory that holds config.json (default: the working directory)'
complete -c runt -n '__fish_seen_subcommand_from validate' -l format -s f -x -a 'json text' -d 'text or json (default: text)'
complete -c runt -n __fish_use_subcommand -a explain -d 'print what create would do, without doing it'
complete -c runt -n '__fish_seen_subcommand_from explain' -l bundle -s b -x -a '(__fish_complete_directories)' -d 'directory that holds config.json (default: the working directory)'
complete -c runt -n '__fish_seen_subcommand_from explain' -l no-pivot -d 'use MS_MOVE and chroot instead of pivot_root (unsafe; for ramdisks)'
complete -c runt -n '__fish_seen_subcommand_from explain' -l outline -d 'print the steps without their system calls'
complete -c runt -n '__fish_seen_subcommand_from explain' -l json -d 'print the plan as JSON'
complete -c runt -n __fish_use_subcommand -a features -d 'print what runt supports as JSON'
complete -c runt -n __fish_use_subcommand -a completion -d 'print a completion script for a shell'
complete -c runt -n '__fish_seen_subcommand_from completion' -a 'bash fish zsh'
complete -c runt -n __fish_use_subcommand -a help -d 'print the help of runt or of one command'
complete -c runt -n '__fish_seen_subcommand_from help' -a 'create start state kill delete run exec list ps pause resume spec validate explain features completion help'
`],
  ["zsh", `#compdef runt
_runt_ids() {
  local -a ids
  ids=(\${(f)"$(runt list -q 2>/dev/null)"})
  compadd -a ids
}
_runt_commands() {
  local -a commands
  commands=(
    'create:make a container; start runs its process'
    'start:run the process of a created container'
    'state:print a container'\\''s state as JSON'
    'kill:send a signal (default\\: SIGTERM) to a container'\\''s process'
    'delete:remove a container and what belongs to it'
    'run:create and start a container'
    'exec:run one more process in a container'
    'list:list the containers of the state root'
    'ps:list the processes of a container'
    'pause:freeze all processes of a container'
    'resume:thaw a paused container'
    'spec:write a config.json to begin with'
    'validate:check a bundle'\\''s config.json and print every finding'
    'explain:print what create would do, without doing it'
    'features:print what runt supports as JSON'
    'completion:print a completion script for a shell'
    'help:print the help of runt or of one command'
  )
  _describe command commands
}
_runt() {
  local curcontext="$curcontext" state line
  local -a globals
  globals=(
    '--debug[log every step]'
    '--log=[append the log to FILE (default\\: standard error)]:FILE:_files'
    '--log-format=[text or json (default\\: text)]:FORMAT:(json text)'
    '--root=[directory of the containers'\\'' state (default\\: /run/runt, or $XDG_RUNTIME_DIR/runt when rootless)]:DIR:_files -/'
    '--systemd-cgroup[let systemd manage the cgroups; cgroupsPath is slice\\:prefix\\:name]'
    '--rootless=[go on where cgroups may not be written\\: true, false or auto (default\\: auto)]:MODE:(auto false true)'
    '--help[print this help]'
    '-h[print this help]'
    '--version[print the version]'
    '-v[print the version]'
  )
  _arguments -C \\
    "\${globals[@]}" \\
    '1: :_runt_commands' \\
    '*:: :->words' && return
  [[ $state == words ]] || return
  case $words[1] in
    create)
      _arguments -S \\
        "\${globals[@]}" \\
        '--bundle=[directory that holds config.json (default\\: the working directory)]:DIR:_files -/' \\
        '-b[directory that holds config.json (default\\: the working directory)]:DIR:_files -/' \\
        '--console-socket=[unix socket that receives the master of the container'\\''s terminal]:PATH:_files' \\
        '--pidfd-socket=[unix socket that receives a pidfd of the new process]:PATH:_files' \\
        '--pid-file=[file to write the new process'\\''s pid to]:PATH:_files' \\
        '--no-pivot[use MS_MOVE and chroot instead of pivot_root (unsafe; for ramdisks)]' \\
        '--no-new-keyring[keep the caller'\\''s session keyring]' \\
        '--preserve-fds=[pass N more file descriptors to the process, from 3 on]:N: '
      ;;
    start)
      _arguments -S \\
        "\${globals[@]}" \\
        '1:ID:_runt_ids' \\
        '*: : '
      ;;
    state)
      _arguments -S \\
        "\${globals[@]}" \\
        '1:ID:_runt_ids' \\
        '*: : '
      ;;
    kill)
      _arguments -S \\
        "\${globals[@]}" \\
        '1:ID:_runt_ids' \\
        '*: : '
      ;;
    delete)
      _arguments -S \\
        "\${globals[@]}" \\
        '--force[kill it first; succeed when there is no such container]' \\
        '-f[kill it first; succeed when there is no such container]' \\
        '1:ID:_runt_ids' \\
        '*: : '
      ;;
    run)
      _arguments -S \\
        "\${globals[@]}" \\
        '--bundle=[directory that holds config.json (default\\: the working directory)]:DIR:_files -/' \\
        '-b[directory that holds config.json (default\\: the working directory)]:DIR:_files -/' \\
        '--console-socket=[unix socket that receives the master of the container'\\''s terminal]:PATH:_files' \\
        '--pidfd-socket=[unix socket that receives a pidfd of the new process]:PATH:_files' \\
        '--pid-file=[file to write the new process'\\''s pid to]:PATH:_files' \\
        '--no-pivot[use MS_MOVE and chroot instead of pivot_root (unsafe; for ramdisks)]' \\
        '--no-new-keyring[keep the caller'\\''s session keyring]' \\
        '--preserve-fds=[pass N more file descriptors to the process, from 3 on]:N: ' \\
        '--detach[return as soon as the process runs]' \\
        '-d[return as soon as the process runs]' \\
        '--keep[keep the container'\\''s state and cgroup when its process ends]' \\
        '--no-subreaper[do not adopt orphaned processes of the container]'
      ;;
    exec)
      _arguments -S \\
        "\${globals[@]}" \\
        '--console-socket=[unix socket that receives the master of the container'\\''s terminal]:PATH:_files' \\
        '--pidfd-socket=[unix socket that receives a pidfd of the new process]:PATH:_files' \\
        '--cwd=[working directory in the container]:DIR:_files -/' \\
        '*--env=[set a variable (repeatable)]:NAME=VALUE: ' \\
        '*-e[set a variable (repeatable)]:NAME=VALUE: ' \\
        '--tty[give the process a terminal]' \\
        '-t[give the process a terminal]' \\
        '--user=[numeric user and group]:UID\\[\\:GID\\]: ' \\
        '-u[numeric user and group]:UID\\[\\:GID\\]: ' \\
        '*--additional-gids=[supplementary group (repeatable)]:GID: ' \\
        '*-g[supplementary group (repeatable)]:GID: ' \\
        '--process=[JSON file with the whole process; options about the process are then ignored]:FILE:_files' \\
        '-p[JSON file with the whole process; options about the process are then ignored]:FILE:_files' \\
        '--detach[return as soon as the process runs]' \\
        '-d[return as soon as the process runs]' \\
        '--pid-file=[file to write the new process'\\''s pid to]:PATH:_files' \\
        '--process-label=[SELinux label of the process]:LABEL: ' \\
        '--apparmor=[AppArmor profile of the process]:PROFILE: ' \\
        '--no-new-privs[forbid the process to gain privileges]' \\
        '*--cap=[give the process a capability (repeatable)]:CAP: ' \\
        '*-c[give the process a capability (repeatable)]:CAP: ' \\
        '--preserve-fds=[pass N more file descriptors to the process, from 3 on]:N: ' \\
        '*--cgroup=[sub-cgroup of the container'\\''s cgroup to run in (repeatable)]:\\[CTRL\\[,CTRL\\]\\:\\]PATH: ' \\
        '--ignore-paused[exec into a paused container; it waits until that resumes]' \\
        '1:ID:_runt_ids' \\
        '*: : '
      ;;
    list)
      _arguments -S \\
        "\${globals[@]}" \\
        '--format=[table or json (default\\: table)]:FORMAT:(json table)' \\
        '-f[table or json (default\\: table)]:FORMAT:(json table)' \\
        '--quiet[print ids only]' \\
        '-q[print ids only]'
      ;;
    ps)
      _arguments -S \\
        "\${globals[@]}" \\
        '--format=[table or json (default\\: table)]:FORMAT:(json table)' \\
        '-f[table or json (default\\: table)]:FORMAT:(json table)' \\
        '1:ID:_runt_ids' \\
        '*: : '
      ;;
    pause)
      _arguments -S \\
        "\${globals[@]}" \\
        '1:ID:_runt_ids' \\
        '*: : '
      ;;
    resume)
      _arguments -S \\
        "\${globals[@]}" \\
        '1:ID:_runt_ids' \\
        '*: : '
      ;;
    spec)
      _arguments -S \\
        "\${globals[@]}" \\
        '--bundle=[directory to write config.json to (default\\: the working directory)]:DIR:_files -/' \\
        '-b[directory to write config.json to (default\\: the working directory)]:DIR:_files -/' \\
        '--rootless[write it for a caller without privileges]'
      ;;
    validate)
      _arguments -S \\
        "\${globals[@]}" \\
        '--bundle=[directory that holds config.json (default\\: the working directory)]:DIR:_files -/' \\
        '-b[directory that holds config.json (default\\: the working directory)]:DIR:_files -/' \\
        '--format=[text or json (default\\: text)]:FORMAT:(json text)' \\
        '-f[text or json (default\\: text)]:FORMAT:(json text)'
      ;;
    explain)
      _arguments -S \\
        "\${globals[@]}" \\
        '--bundle=[directory that holds config.json (default\\: the working directory)]:DIR:_files -/' \\
        '-b[directory that holds config.json (default\\: the working directory)]:DIR:_files -/' \\
        '--no-pivot[use MS_MOVE and chroot instead of pivot_root (unsafe; for ramdisks)]' \\
        '--outline[print the steps without their system calls]' \\
        '--json[print the plan as JSON]'
      ;;
    features)
      _arguments -S \\
        "\${globals[@]}"
      ;;
    completion)
      _arguments -S \\
        "\${globals[@]}" \\
        '1:word:(bash fish zsh)'
      ;;
    help)
      _arguments -S \\
        "\${globals[@]}" \\
        '1:word:(create start state kill delete run exec list ps pause resume spec validate explain features completion help)'
      ;;
  esac
}
if [[ $funcstack[1] == _runt ]]; then
  _runt "$@"
else
  compdef _runt runt
fi
`],
]);
