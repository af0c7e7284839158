/**
 * The command line as data. The parser, the help texts, the completion scripts and the man pages all come from
 * this one table, so that none of them can disagree with another.
 */

/** What an option takes: nothing, a text, a whole number, or a text each time it is given. */
export type OptionKind = "boolean" | "string" | "number" | "list";

export interface OptionSpec {
  /** The long name without dashes; it is also the key of the parsed value. */
  name: string;
  /** Further names, mostly single letters. */
  aliases?: readonly string[];
  kind: OptionKind;
  /** The value's name in the help, for example "DIR"; absent for booleans. */
  placeholder?: string;
  /** One line, lower case, no full stop. */
  help: string;
  /** Accepted, but neither in the help nor in the completion. */
  hidden?: boolean;
  /** The values that completion offers. */
  choices?: readonly string[];
}

export interface PositionalSpec {
  /** How the help writes it, for example "ID [SIGNAL]". */
  usage: string;
  min: number;
  /** Undefined = no limit. */
  max: number | undefined;
  /** The values that completion offers for the first one: container ids, or fixed words. */
  complete?: "id" | readonly string[];
}

export interface CommandSpec {
  name: CommandName;
  /** One line, lower case, no full stop. */
  summary: string;
  positionals: PositionalSpec;
  /** True: everything after the first positional is positional too, even when it starts with a dash. */
  stopAtFirst?: boolean;
  options: readonly OptionSpec[];
}

export type CommandName =
  | "completion"
  | "create"
  | "delete"
  | "exec"
  | "explain"
  | "features"
  | "help"
  | "kill"
  | "list"
  | "pause"
  | "ps"
  | "resume"
  | "run"
  | "spec"
  | "start"
  | "state"
  | "validate";

const NO_POSITIONAL: PositionalSpec = { usage: "", min: 0, max: 0 };
const NEW_ID: PositionalSpec = { usage: "ID", min: 1, max: 1 };
const ID: PositionalSpec = { usage: "ID", min: 1, max: 1, complete: "id" };
const SHELLS = ["bash", "fish", "zsh"] as const;

const BUNDLE: OptionSpec = {
  name: "bundle",
  aliases: ["b"],
  kind: "string",
  placeholder: "DIR",
  help: "directory that holds config.json (default: the working directory)",
};
const CONSOLE_SOCKET: OptionSpec = {
  name: "console-socket",
  kind: "string",
  placeholder: "PATH",
  help: "unix socket that receives the master of the container's terminal",
};
const PIDFD_SOCKET: OptionSpec = {
  name: "pidfd-socket",
  kind: "string",
  placeholder: "PATH",
  help: "unix socket that receives a pidfd of the new process",
};
const PID_FILE: OptionSpec = {
  name: "pid-file",
  kind: "string",
  placeholder: "PATH",
  help: "file to write the new process's pid to",
};
const PRESERVE_FDS: OptionSpec = {
  name: "preserve-fds",
  kind: "number",
  placeholder: "N",
  help: "pass N more file descriptors to the process, from 3 on",
};
const DETACH: OptionSpec = {
  name: "detach",
  aliases: ["d"],
  kind: "boolean",
  help: "return as soon as the process runs",
};
const OUTPUT_FORMAT: OptionSpec = {
  name: "format",
  aliases: ["f"],
  kind: "string",
  placeholder: "FORMAT",
  help: "table or json (default: table)",
  choices: ["json", "table"],
};
const NO_PIVOT: OptionSpec = {
  name: "no-pivot",
  kind: "boolean",
  help: "use MS_MOVE and chroot instead of pivot_root (unsafe; for ramdisks)",
};
const CREATE_OPTIONS: readonly OptionSpec[] = [
  BUNDLE,
  CONSOLE_SOCKET,
  PIDFD_SOCKET,
  PID_FILE,
  NO_PIVOT,
  { name: "no-new-keyring", kind: "boolean", help: "keep the caller's session keyring" },
  PRESERVE_FDS,
];

/** Options that every command takes, before or after its name. */
export const GLOBAL_OPTIONS: readonly OptionSpec[] = [
  { name: "debug", kind: "boolean", help: "log every step" },
  {
    name: "log",
    kind: "string",
    placeholder: "FILE",
    help: "append the log to FILE (default: standard error)",
  },
  {
    name: "log-format",
    kind: "string",
    placeholder: "FORMAT",
    help: "text or json (default: text)",
    choices: ["json", "text"],
  },
  {
    name: "root",
    kind: "string",
    placeholder: "DIR",
    help: "directory of the containers' state (default: /run/runt, or $XDG_RUNTIME_DIR/runt when rootless)",
  },
  {
    name: "systemd-cgroup",
    kind: "boolean",
    help: "let systemd manage the cgroups; cgroupsPath is slice:prefix:name",
  },
  {
    name: "rootless",
    kind: "string",
    placeholder: "MODE",
    help: "go on where cgroups may not be written: true, false or auto (default: auto)",
    choices: ["auto", "false", "true"],
  },
  { name: "criu", kind: "string", placeholder: "PATH", help: "accepted and ignored", hidden: true },
  { name: "help", aliases: ["h"], kind: "boolean", help: "print this help" },
  { name: "version", aliases: ["v"], kind: "boolean", help: "print the version" },
];

/** All commands, in the order of the help. */
export const COMMANDS: readonly CommandSpec[] = [
  {
    name: "create",
    summary: "make a container; start runs its process",
    positionals: NEW_ID,
    options: CREATE_OPTIONS,
  },
  { name: "start", summary: "run the process of a created container", positionals: ID, options: [] },
  { name: "state", summary: "print a container's state as JSON", positionals: ID, options: [] },
  {
    name: "kill",
    summary: "send a signal (default: SIGTERM) to a container's process",
    positionals: { usage: "ID [SIGNAL]", min: 1, max: 2, complete: "id" },
    stopAtFirst: true,
    options: [
      {
        name: "all",
        aliases: ["a"],
        kind: "boolean",
        help: "take a container that does not run for a success",
        hidden: true,
      },
    ],
  },
  {
    name: "delete",
    summary: "remove a container and what belongs to it",
    positionals: ID,
    options: [
      {
        name: "force",
        aliases: ["f"],
        kind: "boolean",
        help: "kill it first; succeed when there is no such container",
      },
    ],
  },
  {
    name: "run",
    summary: "create and start a container",
    positionals: NEW_ID,
    options: [
      ...CREATE_OPTIONS,
      DETACH,
      { name: "keep", kind: "boolean", help: "keep the container's state and cgroup when its process ends" },
      { name: "no-subreaper", kind: "boolean", help: "do not adopt orphaned processes of the container" },
    ],
  },
  {
    name: "exec",
    summary: "run one more process in a container",
    positionals: { usage: "ID [COMMAND [ARG...]]", min: 1, max: undefined, complete: "id" },
    stopAtFirst: true,
    options: [
      CONSOLE_SOCKET,
      PIDFD_SOCKET,
      { name: "cwd", kind: "string", placeholder: "DIR", help: "working directory in the container" },
      {
        name: "env",
        aliases: ["e"],
        kind: "list",
        placeholder: "NAME=VALUE",
        help: "set a variable (repeatable)",
      },
      { name: "tty", aliases: ["t"], kind: "boolean", help: "give the process a terminal" },
      {
        name: "user",
        aliases: ["u"],
        kind: "string",
        placeholder: "UID[:GID]",
        help: "numeric user and group",
      },
      {
        name: "additional-gids",
        aliases: ["g"],
        kind: "list",
        placeholder: "GID",
        help: "supplementary group (repeatable)",
      },
      {
        name: "process",
        aliases: ["p"],
        kind: "string",
        placeholder: "FILE",
        help: "JSON file with the whole process; options about the process are then ignored",
      },
      DETACH,
      PID_FILE,
      { name: "process-label", kind: "string", placeholder: "LABEL", help: "SELinux label of the process" },
      { name: "apparmor", kind: "string", placeholder: "PROFILE", help: "AppArmor profile of the process" },
      { name: "no-new-privs", kind: "boolean", help: "forbid the process to gain privileges" },
      {
        name: "cap",
        aliases: ["c"],
        kind: "list",
        placeholder: "CAP",
        help: "give the process a capability (repeatable)",
      },
      PRESERVE_FDS,
      {
        name: "cgroup",
        kind: "list",
        placeholder: "[CTRL[,CTRL]:]PATH",
        help: "sub-cgroup of the container's cgroup to run in (repeatable)",
      },
      {
        name: "ignore-paused",
        kind: "boolean",
        help: "exec into a paused container; it waits until that resumes",
      },
    ],
  },
  {
    name: "list",
    summary: "list the containers of the state root",
    positionals: NO_POSITIONAL,
    options: [OUTPUT_FORMAT, { name: "quiet", aliases: ["q"], kind: "boolean", help: "print ids only" }],
  },
  {
    name: "ps",
    summary: "list the processes of a container",
    positionals: { usage: "ID [PS OPTION...]", min: 1, max: undefined, complete: "id" },
    stopAtFirst: true,
    options: [OUTPUT_FORMAT],
  },
  { name: "pause", summary: "freeze all processes of a container", positionals: ID, options: [] },
  { name: "resume", summary: "thaw a paused container", positionals: ID, options: [] },
  {
    name: "spec",
    summary: "write a config.json to begin with",
    positionals: NO_POSITIONAL,
    options: [
      { ...BUNDLE, help: "directory to write config.json to (default: the working directory)" },
      { name: "rootless", kind: "boolean", help: "write it for a caller without privileges" },
    ],
  },
  {
    name: "validate",
    summary: "check a bundle's config.json and print every finding",
    positionals: NO_POSITIONAL,
    options: [BUNDLE, { ...OUTPUT_FORMAT, help: "text or json (default: text)", choices: ["json", "text"] }],
  },
  {
    name: "explain",
    summary: "print what create would do, without doing it",
    positionals: { usage: "[ID]", min: 0, max: 1 },
    options: [
      BUNDLE,
      NO_PIVOT,
      { name: "outline", kind: "boolean", help: "print the steps without their system calls" },
      { name: "json", kind: "boolean", help: "print the plan as JSON" },
    ],
  },
  { name: "features", summary: "print what runt supports as JSON", positionals: NO_POSITIONAL, options: [] },
  {
    name: "completion",
    summary: "print a completion script for a shell",
    positionals: { usage: SHELLS.join("|"), min: 1, max: 1, complete: SHELLS },
    options: [],
  },
  {
    name: "help",
    summary: "print the help of runt or of one command",
    positionals: { usage: "[COMMAND]", min: 0, max: 1 },
    options: [],
  },
];

/** The command of that name, or undefined. */
export function findCommand(name: string): CommandSpec | undefined {
  return COMMANDS.find((command) => command.name === name);
}
