import { readFileSync } from "node:fs";
import t from "tap";
import { generate } from "../../scripts/gen-help.ts";
import { COMMANDS, GLOBAL_OPTIONS } from "../../src/cli/commands.ts";
import { helpText } from "../../src/cli/help.ts";

t.test("the checked-in help and completion are what the table gives", async (t) => {
  for (const [name, text] of await generate()) {
    t.equal(
      readFileSync(`src/cli/generated/${name}`, "utf8"),
      text,
      `${name}: run scripts/gen-help.ts --write`,
    );
  }
});

t.test("the main help", async (t) => {
  const lines = helpText(undefined).split("\n");
  t.equal(lines[0], "NAME:");
  t.equal(lines[1], "   runt - Open Container Initiative runtime");
  for (const { name } of COMMANDS)
    t.ok(
      lines.some((line) => line.startsWith(`  runt ${name} `)),
      name,
    );
  for (const { name, hidden } of GLOBAL_OPTIONS) {
    t.equal(
      lines.some((line) => line.includes(` --${name} `)),
      hidden !== true,
      name,
    );
  }
});

t.test("the help of each command", async (t) => {
  for (const command of COMMANDS) {
    const text = helpText(command.name);
    const lines = text.split("\n");
    t.equal(lines[0], "NAME:");
    t.equal(lines[1], `   runt ${command.name} - ${command.summary}`);
    for (const option of command.options)
      t.equal(text.includes(` --${option.name} `), option.hidden !== true, option.name);
    t.ok(
      lines.every((line) => line.length <= 100 && line === line.trimEnd()),
      command.name,
    );
    t.ok(text.endsWith("\n") && !text.endsWith("\n\n"));
  }
});

t.test("the table itself", async (t) => {
  for (const command of COMMANDS) {
    const names = command.options.flatMap((option) => [option.name, ...(option.aliases ?? [])]);
    t.equal(new Set(names).size, names.length, `${command.name} names each option once`);
    for (const option of command.options) {
      t.equal(
        option.placeholder === undefined,
        option.kind === "boolean",
        `${command.name} --${option.name}`,
      );
    }
  }
});
