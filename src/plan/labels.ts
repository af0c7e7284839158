import type { OpSection } from "./op-section.ts";
import { broken } from "./render-text.ts";

/** One jump whose label may not be known yet. */
interface Jump {
  step: number;
  name: string;
  /** The op that jumps, or the rule. */
  from: number;
  rule: boolean;
}

/** The labels of a program, each known in its own step only, and the jumps to them. */
export class Labels {
  private readonly known = new Map<string, number>();
  private readonly jumps: Jump[] = [];

  /** The label `name` of a step stands before op `op`. */
  define(step: number, name: string, op: number): void {
    this.known.set(`${step}:${name}`, op);
  }

  /** The op `from` jumps to the label. */
  jump(step: number, name: string, from: number): void {
    this.jumps.push({ step, name, from, rule: false });
  }

  /** The rule `from` jumps to the label. */
  ruleJump(step: number, name: string, from: number): void {
    this.jumps.push({ step, name, from, rule: true });
  }

  /** Gives each jump its target. Throws PLAN_BROKEN for a label that is not there. */
  resolve(ops: OpSection): void {
    for (const { step, name, from, rule } of this.jumps) {
      const target = this.known.get(`${step}:${name}`);
      if (target === undefined) throw broken(`the plan jumps to a label that is not there: ${step}:${name}`);
      if (rule) ops.rules[2 * from + 1] = target;
      else ops.target(from, target);
    }
  }
}
