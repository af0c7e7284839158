import t from "tap";
import { pairedRatios, quantile, summarize } from "../../bench/statistics.ts";

t.test("quantiles lie between neighbours", async (t) => {
  t.equal(quantile([1, 2, 3, 4, 5], 0.5), 3);
  t.equal(quantile([1, 2], 0.5), 1.5);
  t.equal(quantile([1, 2, 3, 4], 0.25), 1.75);
  t.equal(quantile([7], 0.9), 7);
  t.throws(() => quantile([], 0.5), /no numbers/);
});

t.test("a summary sorts numbers as numbers", async (t) => {
  t.strictSame(summarize([100, 9, 20, 1, 30]), { median: 20, low: 9, high: 30, count: 5 });
});

t.test("a summary leaves its samples as they are", async (t) => {
  const samples = Object.freeze([3, 1, 2]);
  t.equal(summarize(samples).median, 2);
  t.strictSame(samples, [3, 1, 2]);
});

t.test("ratios are those of the same round", async (t) => {
  t.strictSame(pairedRatios([2, 20], [4, 10]), [0.5, 2]);
  t.throws(() => pairedRatios([1], [1, 2]), /1 samples beside 2/);
});
