import t from "tap";
import { parseSignal } from "../../src/cli/parse-signal.ts";

t.test("numbers and names", async (t) => {
  const corpus: [string, number][] = [
    ["0", 0],
    ["9", 9],
    ["64", 64],
    ["015", 15],
    ["-9", 9],
    ["KILL", 9],
    ["SIGKILL", 9],
    ["sigterm", 15],
    ["Term", 15],
    ["-hup", 1],
    ["SIGRTMIN", 34],
    ["RTMIN+1", 35],
    ["sigrtmin+30", 64],
    ["RTMAX-2", 62],
    ["RTMAX", 64],
  ];
  for (const [text, number] of corpus) t.equal(parseSignal(text), number, text);
});

t.test("what is no signal", async (t) => {
  for (const text of [
    "FOO",
    "SIG",
    "",
    "65",
    "-",
    "--9",
    "1.5",
    "SIGSIGKILL",
    "RTMIN+31",
    "RTMAX-31",
    "toString",
    "9 ",
  ]) {
    t.throws(
      () => parseSignal(text),
      { code: "SIGNAL_UNKNOWN", message: `unknown signal ${JSON.stringify(text)}` },
      text,
    );
  }
});
