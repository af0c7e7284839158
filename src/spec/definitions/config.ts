import { z } from "zod";
import { annotations, idMapping, int64, object, texts } from "./common.ts";
import { linux } from "./linux.ts";
import { process } from "./process.ts";

export const mount = object({
  destination: z.string().describe("Where in the container it is mounted."),
  type: z.string().optional().describe("Filesystem type; bind mounts need none."),
  source: z.string().optional().describe("Device, file or folder; a relative one starts at the bundle."),
  options: texts.optional().describe("Words of mount(8) and of the filesystem."),
  uidMappings: z.array(idMapping).optional().describe("User ids that the mount shows as others."),
  gidMappings: z.array(idMapping).optional().describe("Group ids that the mount shows as others."),
}).meta({ id: "mount", title: "mount", description: "One mount of the container." });

export const hook = object({
  path: z.string().describe("Absolute path of the program."),
  args: texts.optional().describe("Its whole argv, the program's name included."),
  env: texts.optional().describe("Its whole environment as NAME=value."),
  timeout: int64.optional().describe("Seconds after which it is ended; above zero."),
}).meta({ id: "hook", title: "hook", description: "A program that is run with the state on its stdin." });

const hookList = z.array(hook).optional();

export const hooks = object({
  prestart: hookList.describe("Before createRuntime, in the runtime's namespaces; deprecated."),
  createRuntime: hookList.describe("When the namespaces exist, in the runtime's namespaces."),
  createContainer: hookList.describe("Before the root is entered, in the container's namespaces."),
  startContainer: hookList.describe("Right before the process starts, inside the container."),
  poststart: hookList.describe("When the process has started, in the runtime's namespaces."),
  poststop: hookList.describe("When the container is deleted, in the runtime's namespaces."),
}).meta({ title: "hooks", description: "Programs that run at points of the container's life." });

const root = object({
  path: z.string().describe("Its directory; a relative one starts at the bundle."),
  readonly: z.boolean().optional().describe("Make it read-only inside the container."),
}).meta({ title: "root", description: "The container's root filesystem." });

/** Objects of other platforms are let through whole. */
const platform = z.looseObject({}).optional().describe("Of another platform; ignored on Linux.");

export const config = object({
  ociVersion: z.string().describe("Version of the specification that this file follows."),
  root: root.optional(),
  mounts: z.array(mount).optional().describe("Mounts besides the root, made in this order."),
  process: process.optional(),
  hostname: z.string().optional().describe("Host name in the container's UTS namespace."),
  domainname: z.string().optional().describe("NIS domain name in the container's UTS namespace."),
  hooks: hooks.optional(),
  annotations: annotations.optional(),
  linux: linux.optional(),
  solaris: platform,
  windows: platform,
  vm: platform,
  zos: platform,
  freebsd: platform,
}).meta({ title: "config.json", description: "Configuration of a container." });
