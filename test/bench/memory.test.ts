import t from "tap";
import { lowest } from "../../bench/memory.ts";

t.test("the lowest number that works", async (t) => {
  for (const edge of [1, 2, 29, 30, 64]) {
    const asked: number[] = [];
    const found = await lowest(64, async (value) => {
      asked.push(value);
      return value >= edge;
    });
    t.equal(found, edge);
    t.ok(asked.length <= 8, `${asked.length} tries`);
  }
});

t.test("not even the most works", async (t) => {
  t.equal(await lowest(64, async () => false), undefined);
});
