import { utf8Length } from "../bytes/utf8.ts";
import { str, sys } from "../plan/build.ts";
import type { Step } from "../plan/step.ts";
import type { CompileInput } from "./input.ts";

/** Init steps: the names of the container's UTS namespace. SPEC(config#hostname) */
export function compileHostname(input: CompileInput): Step[] {
  const { hostname, domainname } = input.spec;
  const steps: Step[] = [];
  if (hostname !== undefined && hostname !== "") {
    steps.push({
      kind: "identity",
      from: "/hostname",
      title: `set the hostname to ${hostname}`,
      calls: [sys("sethostname", [str(hostname), utf8Length(hostname)])],
    });
  }
  if (domainname !== undefined && domainname !== "") {
    steps.push({
      kind: "identity",
      from: "/domainname",
      title: `set the domain name to ${domainname}`,
      calls: [sys("setdomainname", [str(domainname), utf8Length(domainname)])],
    });
  }
  return steps;
}
