import t from "tap";
import { refuseOldKernel } from "../../src/host/kernel.ts";

t.test("kernels before 5.14 are refused", async (t) => {
  for (const [release, major, minor] of [
    ["5.14.0-503.el9", 5, 14],
    ["5.15.0", 5, 15],
    ["6.0.1", 6, 0],
    ["6.18.44", 6, 18],
  ] as const) {
    t.doesNotThrow(() => refuseOldKernel({ release, major, minor }), release);
  }
  for (const [release, major, minor] of [
    ["5.13.19", 5, 13],
    ["5.4.0-200-generic", 5, 4],
    ["4.18.0-553.el8", 4, 18],
  ] as const) {
    t.throws(
      () => refuseOldKernel({ release, major, minor }),
      {
        code: "HOST_UNSUPPORTED",
        message: `runt needs Linux 5.14 or later (for its calls on mounts, paths and processes), this is Linux ${release}`,
      },
      release,
    );
  }
});
