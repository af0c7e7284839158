import { RuntError } from "../error/runt-error.ts";
import { didYouMean } from "../spec/did-you-mean.ts";
import { COMMANDS, type CommandSpec, findCommand, GLOBAL_OPTIONS, type OptionSpec } from "./commands.ts";

/** Boolean options are true or false, numbers numbers, lists lists; an option that was not given is absent. */
export type OptionValue = boolean | string | number | readonly string[];
export type OptionValues = ReadonlyMap<string, OptionValue>;

/** What is wrong with a command line. */
export interface UsageProblem {
  error: RuntError;
  /** True when every word is understood and only the number of positionals is wrong. */
  wrongCount: boolean;
}

/** A command line, read. With a `problem` the rest is what could be understood, so that the log can be set up. */
export interface ParsedLine {
  globals: OptionValues;
  /** Undefined when the line names no command (or an unknown one). */
  command: CommandSpec | undefined;
  options: OptionValues;
  positionals: readonly string[];
  problem: UsageProblem | undefined;
}

/** The largest number an option takes: file descriptor counts are C ints. */
const MAX_NUMBER = 0x7fffffff;

/** What Go's ParseBool takes; managers written in Go pass any of it. */
const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ...["1", "t", "T", "true", "True", "TRUE"].map((word): [string, boolean] => [word, true]),
  ...["0", "f", "F", "false", "False", "FALSE"].map((word): [string, boolean] => [word, false]),
]);

/** The line as it is being read. */
interface Reading {
  readonly argv: readonly string[];
  at: number;
  readonly globals: Map<string, OptionValue>;
  readonly options: Map<string, OptionValue>;
  readonly positionals: string[];
  command: CommandSpec | undefined;
  problem: UsageProblem | undefined;
}

/**
 * Reads a command line by the table of commands.ts. Long names take one or two dashes; a value follows as the next
 * word or after "="; options and positionals mix freely, but for commands with `stopAtFirst`. Never throws: the
 * first thing that is wrong is in `problem` (code USAGE).
 *
 * @param argv the words after the program's name
 */
export function parseArgs(argv: readonly string[]): ParsedLine {
  const reading: Reading = {
    argv,
    at: 0,
    globals: new Map(),
    options: new Map(),
    positionals: [],
    command: undefined,
    problem: undefined,
  };
  readWords(reading);
  if (reading.globals.get("help") !== true && reading.globals.get("version") !== true) checkCount(reading);
  return reading;
}

function readWords(reading: Reading): void {
  let optionsEnded = false;
  while (reading.at < reading.argv.length) {
    const word = reading.argv[reading.at++] ?? "";
    if (!optionsEnded && word === "--") {
      optionsEnded = true;
    } else if (!optionsEnded && isOption(word)) {
      readOption(reading, word);
    } else if (reading.command === undefined) {
      reading.command = findCommand(word);
      // What follows an unknown command cannot be read.
      if (reading.command === undefined) {
        complain(reading, unknownCommand(word));
        return;
      }
    } else {
      reading.positionals.push(word);
      optionsEnded ||= reading.command.stopAtFirst === true;
    }
  }
}

/** "-" alone and "-9" are positionals. */
function isOption(word: string): boolean {
  return word.startsWith("--") || /^-[A-Za-z]/.test(word);
}

function readOption(reading: Reading, word: string): void {
  const body = word.slice(word.startsWith("--") ? 2 : 1);
  const equals = body.indexOf("=");
  const name = equals < 0 ? body : body.slice(0, equals);
  const given = equals < 0 ? undefined : body.slice(equals + 1);
  const own = findOption(reading.command?.options ?? [], name);
  const option = own ?? findOption(GLOBAL_OPTIONS, name);
  if (option === undefined) {
    complain(reading, unknownOption(reading.command, name));
    return;
  }
  const text = given ?? nextValue(reading, option);
  if (text === undefined) complain(reading, usageError(`flag needs an argument: --${option.name}`));
  else store(reading, own === undefined ? reading.globals : reading.options, option, name, text);
}

function nextValue(reading: Reading, option: OptionSpec): string | undefined {
  return option.kind === "boolean" ? "true" : reading.argv[reading.at++];
}

function store(
  reading: Reading,
  values: Map<string, OptionValue>,
  option: OptionSpec,
  typed: string,
  text: string,
): void {
  const value = convert(option, text, values.get(option.name));
  if (value === undefined) complain(reading, usageError(invalidValue(option, typed, text)));
  else values.set(option.name, value);
}

function invalidValue(option: OptionSpec, typed: string, text: string): string {
  if (option.kind === "string")
    return `invalid ${option.name}: ${text} (it takes ${option.choices?.join(" or ")})`;
  const wanted = option.kind === "boolean" ? "true or false" : `a whole number from 0 to ${MAX_NUMBER}`;
  return `invalid value ${JSON.stringify(text)} for flag -${typed}: it takes ${wanted}`;
}

/** The value that `text` stands for; undefined when it is none. */
function convert(option: OptionSpec, text: string, before: OptionValue | undefined): OptionValue | undefined {
  switch (option.kind) {
    case "boolean":
      return BOOLEANS.get(text);
    case "number":
      return /^\+?[0-9]+$/.test(text) && Number(text) <= MAX_NUMBER ? Number(text) : undefined;
    case "list":
      return [...(Array.isArray(before) ? before : []), text];
    case "string":
      return isChoice(option.choices, text) ? text : undefined;
  }
}

/** Empty stands for the default; a choice between true and false takes all spellings of them. */
function isChoice(choices: readonly string[] | undefined, text: string): boolean {
  if (choices === undefined || text === "" || choices.includes(text)) return true;
  return choices.includes("true") && BOOLEANS.has(text);
}

function findOption(options: readonly OptionSpec[], name: string): OptionSpec | undefined {
  return options.find((option) => option.name === name || option.aliases?.includes(name) === true);
}

function checkCount(reading: Reading): void {
  if (reading.command === undefined) return;
  const { name, positionals } = reading.command;
  const { min, max } = positionals;
  const count = reading.positionals.length;
  let wanted: string | undefined;
  if (min === max && count !== min) wanted = `exactly ${min}`;
  else if (count < min) wanted = `a minimum of ${min}`;
  else if (max !== undefined && count > max) wanted = `a maximum of ${max}`;
  if (wanted === undefined) return;
  const message = `"${name}" requires ${wanted} argument(s)`;
  complain(reading, new RuntError({ code: "USAGE", message }), true);
}

function complain(reading: Reading, error: RuntError, wrongCount = false): void {
  reading.problem ??= { error, wrongCount };
}

function usageError(message: string, hint?: string): RuntError {
  return new RuntError({ code: "USAGE", message: `Incorrect Usage: ${message}`, hint });
}

/** The error for a command that does not exist. */
export function unknownCommand(name: string): RuntError {
  const near = didYouMean(
    name,
    COMMANDS.map((command) => command.name),
  );
  const hint = near === undefined ? undefined : `did you mean ${near}?`;
  return new RuntError({ code: "USAGE", message: `No help topic for '${name}'`, hint });
}

function unknownOption(command: CommandSpec | undefined, name: string): RuntError {
  const known = [...(command?.options ?? []), ...GLOBAL_OPTIONS].filter((option) => option.hidden !== true);
  const near = didYouMean(
    name,
    known.map((option) => option.name),
  );
  const hint = near === undefined ? undefined : `did you mean --${near}?`;
  return usageError(`flag provided but not defined: -${name}`, hint);
}
