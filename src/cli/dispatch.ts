import type { CommandFunction } from "./command-call.ts";
import { completionCommand } from "./commands/completion.ts";
import { createCommand } from "./commands/create.ts";
import { deleteCommand } from "./commands/delete.ts";
import { execCommand } from "./commands/exec.ts";
import { explainCommand } from "./commands/explain.ts";
import { featuresCommand } from "./commands/features.ts";
import { helpCommand } from "./commands/help.ts";
import { killCommand } from "./commands/kill.ts";
import { listCommand } from "./commands/list.ts";
import { pauseCommand } from "./commands/pause.ts";
import { psCommand } from "./commands/ps.ts";
import { resumeCommand } from "./commands/resume.ts";
import { runCommand } from "./commands/run.ts";
import { specCommand } from "./commands/spec.ts";
import { startCommand } from "./commands/start.ts";
import { stateCommand } from "./commands/state.ts";
import { validateCommand } from "./commands/validate.ts";
import type { CommandName } from "./commands.ts";

/** What carries each command out; the compiler sees to it that none is missing. */
export const COMMAND_FUNCTIONS: Readonly<Record<CommandName, CommandFunction>> = {
  completion: completionCommand,
  create: createCommand,
  delete: deleteCommand,
  exec: execCommand,
  explain: explainCommand,
  features: featuresCommand,
  help: helpCommand,
  kill: killCommand,
  list: listCommand,
  pause: pauseCommand,
  ps: psCommand,
  resume: resumeCommand,
  run: runCommand,
  spec: specCommand,
  start: startCommand,
  state: stateCommand,
  validate: validateCommand,
};
