import { z } from "zod";
import { annotations, idMapping, int64, object } from "./common.ts";
import { linux } from "./linux.ts";
import { process } from "./process.ts";

export const mount = object({
  destination: z.string().meta({ description: "Where in the container it is mounted." }),
  type: z.string().optional().meta({ description: "Filesystem type." }),
  source: z
    .string()
    .optional()
    .meta({ description: "Device, file or folder; relative ones start at the bundle." }),
  options: z.array(z.string()).optional(),
  uidMappings: z.array(idMapping).optional(),
  gidMappings: z.array(idMapping).optional(),
}).meta({ title: "mount" });

export const hook = object({
  path: z.string().meta({ description: "Absolute path of the program." }),
  args: z.array(z.string()).optional().meta({ description: "Its whole argv." }),
  env: z.array(z.string()).optional(),
  timeout: int64.optional().meta({ description: "Seconds until it is ended." }),
}).meta({ title: "hook" });

export const hooks = object({
  prestart: z.array(hook).optional(),
  createRuntime: z.array(hook).optional(),
  createContainer: z.array(hook).optional(),
  startContainer: z.array(hook).optional(),
  poststart: z.array(hook).optional(),
  poststop: z.array(hook).optional(),
}).meta({ title: "hooks", description: "Programs that run at points of the container's life." });

/** Objects of other platforms are let through whole. */
const platform = z.looseObject({}).optional();

export const config = object({
  ociVersion: z.string().meta({ description: "Version of the specification that this file follows." }),
  root: object({ path: z.string(), readonly: z.boolean().optional() })
    .optional()
    .meta({ title: "root", description: "The container's root filesystem." }),
  mounts: z.array(mount).optional(),
  process: process.optional(),
  hostname: z.string().optional(),
  domainname: z.string().optional(),
  hooks: hooks.optional(),
  annotations: annotations.optional(),
  linux: linux.optional(),
  solaris: platform,
  windows: platform,
  vm: platform,
  zos: platform,
  freebsd: platform,
}).meta({ title: "config.json", description: "Configuration of a container." });
