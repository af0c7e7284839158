import t from "tap";
import { receivedFd, receivingFd, sendingFd, unixAddress } from "../../src/plan/socket.ts";

t.test("the address of a socket: family, path in UTF-8, NUL", async (t) => {
  t.same(unixAddress("/a"), new Uint8Array([1, 0, 0x2f, 0x61, 0]));
  t.same(unixAddress("é€"), new Uint8Array([1, 0, 0xc3, 0xa9, 0xe2, 0x82, 0xac, 0]));
});

t.test("a message that carries a descriptor", async (t) => {
  const control = { block: [{ u64: 20 }, { u32: 1 }, { u32: 1 }, { slot: "fd", width: 4 }, { u32: 0 }] };
  const data = { ptr: { block: [{ ptr: { str: "g" } }, { u64: 1 }] } };
  t.same(sendingFd({ str: "g" }, 1, { slot: "fd", width: 4 }), {
    block: [{ u64: 0 }, { u64: 0 }, data, { u64: 1 }, { ptr: control }, { u64: 24 }, { u64: 0 }],
  });
});

t.test(
  "a message that brings one: the buffer is as long as the kernel wants it, the descriptor behind its header",
  async (t) => {
    const data = { buf: "data", size: 8 };
    t.same(receivingFd(data, 8, "control"), {
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
