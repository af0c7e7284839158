import { printCall } from "./print-call.ts";
import type { Plan, Step } from "./step.ts";

function printStep(step: Step, number: number, calls: boolean): string[] {
  const head = `${String(number).padStart(3)}. ${step.title}  [${step.from}]`;
  return calls ? [head, ...step.calls.flatMap(printCall).map((line) => `       ${line}`)] : [head];
}

/** How much of a plan is printed. */
export interface PrintOptions {
  /** False prints one line per step, without its calls. */
  calls: boolean;
}

/** The plan as text: first what the parent does, then what init does. The golden tests compare this text. */
export function printPlan(plan: Plan, options: PrintOptions = { calls: true }): string {
  const part = (title: string, steps: readonly Step[]): string[] => [
    title,
    ...steps.flatMap((step, i) => printStep(step, i + 1, options.calls)),
  ];
  const lines = [
    `plan version ${plan.version}: ${plan.host.length} steps of the parent, ${plan.init.length} of init`,
    "",
    ...part("parent:", plan.host),
    "",
    ...part(`init (inherits ${plan.imports.join(", ")}):`, plan.init),
  ];
  return `${lines.join("\n")}\n`;
}

/** Bytes as a list of numbers, bigints as decimal strings: JSON knows neither. */
function plain(_key: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return Array.from(value);
  return typeof value === "bigint" ? value.toString() : value;
}

/** The plan as one JSON document, for tools. */
export function planToJson(plan: Plan): string {
  return JSON.stringify(plan, plain, 2);
}
