import t from "tap";
import type { Field } from "../../src/plan/call.ts";
import { receivedFd, receivingFds, sendingFds, unixAddress } from "../../src/plan/socket.ts";

t.test("the address of a socket: family, path in UTF-8, NUL", async (t) => {
  t.same(unixAddress("/a"), new Uint8Array([1, 0, 0x2f, 0x61, 0]));
  t.same(unixAddress("é€"), new Uint8Array([1, 0, 0xc3, 0xa9, 0xe2, 0x82, 0xac, 0]));
});

t.test("a message that carries a descriptor", async (t) => {
  const control = { block: [{ u64: 20 }, { u32: 1 }, { u32: 1 }, { slot: "fd", width: 4 }, { u32: 0 }] };
  const data = { ptr: { block: [{ ptr: { str: "g" } }, { u64: 1 }] } };
  t.same(sendingFds({ str: "g" }, 1, [{ slot: "fd", width: 4 }]), {
    block: [{ u64: 0 }, { u64: 0 }, data, { u64: 1 }, { ptr: control }, { u64: 24 }, { u64: 0 }],
  });
});

t.test(
  "a message that brings one: the buffer is as long as the kernel wants it, the descriptor behind its header",
  async (t) => {
    const data = { buf: "data", size: 8 };
    t.same(receivingFds(data, 8, "control", 1), {
      block: [
        { u64: 0 },
        { u64: 0 },
        { ptr: { block: [{ ptr: data }, { u64: 8 }] } },
        { u64: 1 },
        { ptr: { buf: "control", size: 24 } },
        { u64: 24 },
        { u64: 0 },
      ],
    });
    t.same(receivedFd("fd", "control"), { into: "fd", buf: "control", offset: 16, width: 4 });
  },
);

t.test("a message of several descriptors", async (t) => {
  for (const [count, space] of [
    [2, 24],
    [3, 32],
    [14, 72],
  ] as const) {
    const fds = Array.from({ length: count }, (_, i) => ({ u32: 10 + i }));
    const sent = sendingFds({ str: "x" }, 1, fds) as { block: Field[] };
    const control = sent.block[4] as { ptr: { block: Field[] } };
    const padding = count % 2 === 0 ? [] : [{ u32: 0 }];
    t.same(control.ptr.block, [{ u64: 16 + 4 * count }, { u32: 1 }, { u32: 1 }, ...fds, ...padding]);
    t.same(sent.block[5], { u64: space });
    const received = receivingFds({ buf: "data", size: 8 }, 1, "control", count) as { block: Field[] };
    t.same(received.block.slice(4, 6), [{ ptr: { buf: "control", size: space } }, { u64: space }]);
    t.match(receivedFd("last", "control", count - 1), { offset: 16 + 4 * (count - 1), width: 4 });
  }
});
