// Written by scripts/gen-help.ts from src/cli/commands.ts; do not edit.
import type { CommandName } from "../commands.ts";

export const MAIN_HELP = `NAME:
   runt - Open Container Initiative runtime

USAGE:
   runt [GLOBAL OPTION...] COMMAND [OPTION...] [ARG...]

COMMANDS:
  runt create [OPTION...] ID                   make a container; start runs its process
  runt start ID                                run the process of a created container
  runt state ID                                print a container's state as JSON
  runt kill ID [SIGNAL]                        send a signal (default: SIGTERM) to a container's
                                               process
  runt delete [OPTION...] ID                   remove a container and what belongs to it
  runt run [OPTION...] ID                      create and start a container
  runt exec [OPTION...] ID [COMMAND [ARG...]]  run one more process in a container
  runt list [OPTION...]                        list the containers of the state root
  runt ps [OPTION...] ID [PS OPTION...]        list the processes of a container
  runt pause ID                                freeze all processes of a container
  runt resume ID                               thaw a paused container
  runt spec [OPTION...]                        write a config.json to begin with
  runt validate [OPTION...]                    check a bundle's config.json and print every finding
  runt explain [OPTION...] [ID]                print what create would do, without doing it
  runt features                                print what runt supports as JSON
  runt completion bash|fish|zsh                print a completion script for a shell
  runt help [COMMAND]                          print the help of runt or of one command

GLOBAL OPTIONS:
      --debug              log every step
      --log FILE           append the log to FILE (default: standard error)
      --log-format FORMAT  text or json (default: text)
      --root DIR           directory of the containers' state (default: /run/runt, or
                           $XDG_RUNTIME_DIR/runt when rootless)
      --systemd-cgroup     let systemd manage the cgroups; cgroupsPath is slice:prefix:name
      --rootless MODE      go on where cgroups may not be written: true, false or auto (default:
                           auto)
  -h, --help               print this help
  -v, --version            print the version
`;

export const COMMAND_HELP: Readonly<Record<CommandName, string>> = {
  create: `NAME:
   runt create - make a container; start runs its process

USAGE:
   runt create [OPTION...] ID

OPTIONS:
  -b, --bundle DIR           directory that holds config.json (default: the working directory)
      --console-socket PATH  unix socket that receives the master of the container's terminal
      --pidfd-socket PATH    unix socket that receives a pidfd of the new process
      --pid-file PATH        file to write the new process's pid to
      --no-pivot             use MS_MOVE and chroot instead of pivot_root (unsafe; for ramdisks)
      --no-new-keyring       keep the caller's session keyring
      --preserve-fds N       pass N more file descriptors to the process, from 3 on

Global options may follow as well; runt --help lists them.
`,
  start: `NAME:
   runt start - run the process of a created container

USAGE:
   runt start ID

Global options may follow as well; runt --help lists them.
`,
  state: `NAME:
   runt state - print a container's state as JSON

USAGE:
   runt state ID

Global options may follow as well; runt --help lists them.
`,
  kill: `NAME:
   runt kill - send a signal (default: SIGTERM) to a container's process

USAGE:
   runt kill ID [SIGNAL]

Global options may follow as well; runt --help lists them.
`,
  delete: `NAME:
   runt delete - remove a container and what belongs to it

USAGE:
   runt delete [OPTION...] ID

OPTIONS:
  -f, --force  kill it first; succeed when there is no such container

Global options may follow as well; runt --help lists them.
`,
  run: `NAME:
   runt run - create and start a container

USAGE:
   runt run [OPTION...] ID

OPTIONS:
  -b, --bundle DIR           directory that holds config.json (default: the working directory)
      --console-socket PATH  unix socket that receives the master of the container's terminal
      --pidfd-socket PATH    unix socket that receives a pidfd of the new process
      --pid-file PATH        file to write the new process's pid to
      --no-pivot             use MS_MOVE and chroot instead of pivot_root (unsafe; for ramdisks)
      --no-new-keyring       keep the caller's session keyring
      --preserve-fds N       pass N more file descriptors to the process, from 3 on
  -d, --detach               return as soon as the process runs
      --keep                 keep the container's state and cgroup when its process ends
      --no-subreaper         do not adopt orphaned processes of the container

Global options may follow as well; runt --help lists them.
`,
  exec: `NAME:
   runt exec - run one more process in a container

USAGE:
   runt exec [OPTION...] ID [COMMAND [ARG...]]

OPTIONS:
      --console-socket PATH        unix socket that receives the master of the container's terminal
      --pidfd-socket PATH          unix socket that receives a pidfd of the new process
      --cwd DIR                    working directory in the container
  -e, --env NAME=VALUE             set a variable (repeatable)
  -t, --tty                        give the process a terminal
  -u, --user UID[:GID]             numeric user and group
  -g, --additional-gids GID        supplementary group (repeatable)
  -p, --process FILE               JSON file with the whole process; options about the process are
                                   then ignored
  -d, --detach                     return as soon as the process runs
      --pid-file PATH              file to write the new process's pid to
      --process-label LABEL        SELinux label of the process
      --apparmor PROFILE           AppArmor profile of the process
      --no-new-privs               forbid the process to gain privileges
  -c, --cap CAP                    give the process a capability (repeatable)
      --preserve-fds N             pass N more file descriptors to the process, from 3 on
      --cgroup [CTRL[,CTRL]:]PATH  sub-cgroup of the container's cgroup to run in (repeatable)
      --ignore-paused              exec into a paused container; it waits until that resumes

Global options may follow as well; runt --help lists them.
`,
  list: `NAME:
   runt list - list the containers of the state root

USAGE:
   runt list [OPTION...]

OPTIONS:
  -f, --format FORMAT  table or json (default: table)
  -q, --quiet          print ids only

Global options may follow as well; runt --help lists them.
`,
  ps: `NAME:
   runt ps - list the processes of a container

USAGE:
   runt ps [OPTION...] ID [PS OPTION...]

OPTIONS:
  -f, --format FORMAT  table or json (default: table)

Global options may follow as well; runt --help lists them.
`,
  pause: `NAME:
   runt pause - freeze all processes of a container

USAGE:
   runt pause ID

Global options may follow as well; runt --help lists them.
`,
  resume: `NAME:
   runt resume - thaw a paused container

USAGE:
   runt resume ID

Global options may follow as well; runt --help lists them.
`,
  spec: `NAME:
   runt spec - write a config.json to begin with

USAGE:
   runt spec [OPTION...]

OPTIONS:
  -b, --bundle DIR  directory to write config.json to (default: the working directory)
      --rootless    write it for a caller without privileges

Global options may follow as well; runt --help lists them.
`,
  validate: `NAME:
   runt validate - check a bundle's config.json and print every finding

USAGE:
   runt validate [OPTION...]

OPTIONS:
  -b, --bundle DIR     directory that holds config.json (default: the working directory)
  -f, --format FORMAT  text or json (default: text)

Global options may follow as well; runt --help lists them.
`,
  explain: `NAME:
   runt explain - print what create would do, without doing it

USAGE:
   runt explain [OPTION...] [ID]

OPTIONS:
  -b, --bundle DIR  directory that holds config.json (default: the working directory)
      --no-pivot    use MS_MOVE and chroot instead of pivot_root (unsafe; for ramdisks)
      --outline     print the steps without their system calls
      --json        print the plan as JSON

Global options may follow as well; runt --help lists them.
`,
  features: `NAME:
   runt features - print what runt supports as JSON

USAGE:
   runt features

Global options may follow as well; runt --help lists them.
`,
  completion: `NAME:
   runt completion - print a completion script for a shell

USAGE:
   runt completion bash|fish|zsh

Global options may follow as well; runt --help lists them.
`,
  help: `NAME:
   runt help - print the help of runt or of one command

USAGE:
   runt help [COMMAND]

Global options may follow as well; runt --help lists them.
`,
};
