import t from "tap";
import { type Budget, budgets, budgetText, judge } from "../../bench/budget.ts";
import { measure } from "./measures.ts";

const half: Budget = { measure: "run", base: "runc", factor: 0.5, plus: 0 };

t.test("a budget as text", async (t) => {
  t.equal(budgetText(half, "ms"), "<= 0.5 x");
  t.equal(budgetText({ ...half, factor: 1.5, plus: 3 }, "ms"), "<= 1.5 x + 3 ms");
  t.equal(budgetText({ measure: "charged", factor: 0, plus: 256 }, "kB"), "<= 256 kB");
});

t.test("medians are judged, and the limit itself is met", async (t) => {
  const judged = (own: number[]) => judge(half, [measure("run", { runt: own, runc: [10, 20, 90] })], "runt");
  t.equal(judged([1, 10, 100])?.met, true);
  t.equal(judged([1, 10.1, 100])?.met, false);
});

t.test("a budget with an addend", async (t) => {
  const budget: Budget = { measure: "list", base: "true", factor: 1.5, plus: 3 };
  t.equal(judge(budget, [measure("list", { runt: [6], true: [2] })], "runt")?.met, true);
  t.equal(judge(budget, [measure("list", { runt: [6.1], true: [2] })], "runt")?.met, false);
});

t.test("a budget by itself", async (t) => {
  const budget: Budget = { measure: "charged", factor: 0, plus: 256 };
  t.equal(judge(budget, [measure("charged", { runt: [256] }, "kB")], "runt")?.met, true);
  t.equal(judge(budget, [measure("charged", { runt: [257] }, "kB")], "runt")?.met, false);
});

t.test("growth is judged by runt's own of another measure", async (t) => {
  const budget = budgets.find(({ base }) => base === "own");
  if (budget === undefined) throw new Error("no budget of growth");
  const measures = (thousand: number) => [
    measure("mounts-100", { runt: [20, 20] }),
    measure("mounts-1000", { runt: [thousand] }),
  ];
  t.equal(judge(budget, measures(200), "runt")?.met, true);
  t.equal(judge(budget, measures(201), "runt")?.met, false);
});

t.test("what was not measured is not judged", async (t) => {
  t.equal(judge(half, [], "runt"), undefined);
  t.equal(judge(half, [measure("run", { runt: [1] })], "runt"), undefined);
  t.equal(judge(half, [measure("run", { runc: [1] })], "runt"), undefined);
});
