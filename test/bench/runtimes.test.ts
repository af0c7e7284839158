import t from "tap";
import { shortVersion } from "../../bench/runtimes.ts";

t.test("the number in a line of --version", async (t) => {
  t.equal(shortVersion("runc version 1.1.5+ds1"), "1.1.5+ds1");
  t.equal(shortVersion("crun version 1.28"), "1.28");
  t.equal(shortVersion("unknown"), "unknown");
});
