/** The configs of the tests: whole good ones, and bad ones as changes to the smallest good one. */
import { readdirSync, readFileSync } from "node:fs";
import type { Finding } from "../../src/spec/finding.ts";
import { pathOf } from "../../src/spec/pointer.ts";

const FOLDER = "test/spec/fixtures";

/** A bad config: what differs from the smallest good one, and the lines that are said about it. */
export interface BadConfig {
  name: string;
  /** New values by JSON pointer. */
  set?: Record<string, unknown>;
  /** JSON pointers of what is taken away. */
  remove?: string[];
  findings: string[];
}

function read(path: string): unknown {
  return JSON.parse(readFileSync(`${FOLDER}/${path}`, "utf8"));
}

/** The names in a folder of fixtures. */
export function namesIn(folder: "good" | "bad"): string[] {
  return readdirSync(`${FOLDER}/${folder}`).map((file) => file.replace(/\.json$/, ""));
}

export function goodConfig(name: string): unknown {
  return read(`good/${name}.json`);
}

export function badConfigs(topic: string): BadConfig[] {
  return read(`bad/${topic}.json`) as BadConfig[];
}

/** The smallest good config with the changes of `bad`. */
export function configOf(bad: BadConfig): unknown {
  const config = goodConfig("smallest");
  for (const pointer of bad.remove ?? []) delete holder(config, pointer)[lastOf(pointer)];
  for (const [pointer, value] of Object.entries(bad.set ?? {}))
    holder(config, pointer)[lastOf(pointer)] = value;
  return config;
}

function lastOf(pointer: string): string {
  return pathOf(pointer).at(-1) ?? "";
}

function holder(config: unknown, pointer: string): Record<string, unknown> {
  let at = config as Record<string, unknown>;
  for (const part of pathOf(pointer).slice(0, -1)) at = at[part] as Record<string, unknown>;
  return at;
}

/** A finding as the fixtures have it. */
export function lineOf({ severity, pointer, message, hint }: Finding): string {
  return `${severity} ${pointer}: ${message}${hint === undefined ? "" : `; ${hint}`}`;
}

/** Copies of `value`, each with one place replaced by something else, taken away or misspelt. */
export function* mutants(value: unknown): Generator<unknown> {
  const others = [null, "x", "a\n\0", "../..", "bind", -1, 0, 1.5, 2 ** 70, true, [], {}, [null], { "": "" }];
  for (const other of others) yield other;
  if (typeof value !== "object" || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    for (const mutant of mutants(inner)) {
      if (Array.isArray(value)) yield value.with(Number(key), mutant);
      else yield { ...value, [key]: mutant };
    }
    if (Array.isArray(value)) continue;
    const { [key]: taken, ...rest } = value as Record<string, unknown>;
    yield rest;
    yield { ...rest, [`${key}x`]: taken };
  }
}
