import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import t from "tap";
import { manPages } from "../../scripts/gen-man.ts";
import { escapeRoff, examples, prose } from "../../scripts/roff.ts";
import { COMMANDS, GLOBAL_OPTIONS, type OptionSpec } from "../../src/cli/commands.ts";

const FOLDER = "docs/man";
const pages = manPages();

/** Whether a program is there to be asked. */
function missing(program: string): string | false {
  return spawnSync(program, ["-v"]).error !== undefined && `no ${program}`;
}

/** What an option's entry begins with. */
function tagStart(option: OptionSpec): string {
  return `\\fB\\-\\-${escapeRoff(option.name)}\\fR`;
}

t.test("the checked-in pages are what the table and the sections give", async (t) => {
  t.strictSame(readdirSync(FOLDER).sort(), [...pages.keys()].sort(), "no page too many or too few");
  for (const [name, text] of pages) {
    t.equal(readFileSync(`${FOLDER}/${name}`, "utf8"), text, `${name}: run scripts/generate.sh`);
  }
});

t.test("the package brings every page", async (t) => {
  const { man } = JSON.parse(readFileSync("package.json", "utf8"));
  t.strictSame([...man].sort(), [...pages.keys()].map((name) => `${FOLDER}/${name}`).sort());
});

t.test("each page has all that the table shows of its command, and no hidden option", async (t) => {
  const subjects = [
    { page: "runt.8", options: GLOBAL_OPTIONS },
    ...COMMANDS.map(({ name, options }) => ({ page: `runt-${name}.8`, options })),
  ];
  for (const { page, options } of subjects) {
    const lines = (pages.get(page) ?? "").split("\n");
    for (const option of options) {
      const shown = lines.some((line) => line.includes(tagStart(option)));
      t.equal(shown, option.hidden !== true, `${page} --${option.name}`);
    }
    for (const title of ["NAME", "SYNOPSIS", "DESCRIPTION", "EXIT STATUS", "SEE ALSO"]) {
      t.equal(lines.filter((line) => line === `.SH ${title}`).length, 1, `${page} ${title}`);
    }
  }
  for (const { name } of COMMANDS) t.ok(pages.get("runt.8")?.includes(`runt\\-${name}\\fR(8)`), name);
});

t.test("references between the pages lead somewhere", async (t) => {
  for (const [page, text] of pages) {
    for (const [, name = ""] of text.matchAll(/(runt(?:\\-[a-z]+)?)(?:\\fR| )\(8\)/g)) {
      t.ok(pages.has(`${name.replaceAll("\\", "")}.8`), `${page} refers to ${name}`);
    }
  }
});

t.test("the day of the build leaves no trace", async (t) => {
  for (const [name, text] of pages)
    t.match(text.split("\n")[0], /^\.TH \S+ 8 "" "runt [\d.]+" "[^"]+"$/, name);
});

t.test("text cannot become a request of roff", async (t) => {
  t.equal(escapeRoff("a\\b -x 'y' `z`"), "a\\eb \\-x \\(aqy\\(aq \\(gaz\\(ga");
  t.equal(prose(".so /etc/passwd"), "\\&.so /etc/passwd");
  t.equal(prose("'br"), "\\(aqbr");
  t.equal(prose(`${"word ".repeat(15)}to .so`).split("\n").length, 2);
  t.equal(prose(`${"word ".repeat(15)}.hidden`).split("\n")[1], "\\&.hidden");
  t.match(examples([{ text: "Do:", lines: [".profile", "a\\nb"] }]), "\n\\&.profile\na\\enb\n");
});

t.test("groff has nothing to complain of", { skip: missing("groff") }, async (t) => {
  for (const name of pages.keys()) {
    const { status, stderr } = spawnSync("groff", ["-ww", "-man", "-Tutf8", "-z", `${FOLDER}/${name}`]);
    t.equal(`${status} ${stderr}`, "0 ", name);
  }
});

t.test("mandoc has nothing to complain of", { skip: missing("mandoc") }, async (t) => {
  for (const name of pages.keys()) {
    const { stdout } = spawnSync("mandoc", ["-Tlint", `${FOLDER}/${name}`], { encoding: "utf8" });
    t.strictSame(
      // Pages have no date so that builds can be repeated.
      stdout.split("\n").filter((line) => line !== "" && !line.includes("missing date")),
      [],
      name,
    );
  }
});
