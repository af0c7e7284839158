import type { OpSection } from "./op-section.ts";
import { broken } from "./render-text.ts";

/** One jump whose label may not be known yet. */
interface Jump {
  name: string;
  /** The op that jumps, or the rule. */
  from: number;
  rule: boolean;
}

/** The labels of one list of calls, and the jumps to them. */
export class Labels {
  private readonly known = new Map<string, number>();
  private readonly jumps: Jump[] = [];

  /** The label `name` stands before op `op`. */
  define(name: string, op: number): void {
    this.known.set(name, op);
  }

  /** The op `from` jumps to the label. */
  jump(name: string, from: number): void {
    this.jumps.push({ name, from, rule: false });
  }

  /** The rule `from` jumps to the label. */
  ruleJump(name: string, from: number): void {
    this.jumps.push({ name, from, rule: true });
  }

  /** Ends the list: gives each jump its target. Throws PLAN_BROKEN for a label that is not there. */
  resolve(ops: OpSection): void {
    const { jumps, known } = this;
    for (let i = 0; i < jumps.length; i++) {
      const { name, from, rule } = jumps[i] as Jump;
      const target = known.get(name);
      if (target === undefined) throw broken(`the plan jumps to a label that is not there: ${name}`);
      if (rule) ops.rules[2 * from + 1] = target;
      else ops.target(from, target);
    }
    this.clear();
  }

  /** Forgets everything. */
  clear(): void {
    if (this.jumps.length > 0) this.jumps.length = 0;
    if (this.known.size > 0) this.known.clear();
  }
}
