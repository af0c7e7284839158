/** The types of the specification, inferred from the zod definitions; nothing of zod is left at run time. */
import type { z } from "zod";
import type { idMapping } from "./definitions/common.ts";
import type { config, hook, hooks, mount } from "./definitions/config.ts";
import type { device, linux, namespace } from "./definitions/linux.ts";
import type { capabilities, process, rlimit, user } from "./definitions/process.ts";
import type { deviceRule, resources } from "./definitions/resources.ts";
import type { features, state } from "./definitions/state.ts";

/** The parsed config.json. */
export type Spec = z.infer<typeof config>;
export type Root = NonNullable<Spec["root"]>;
export type Mount = z.infer<typeof mount>;
export type Hook = z.infer<typeof hook>;
export type Hooks = z.infer<typeof hooks>;
export type Process = z.infer<typeof process>;
export type User = z.infer<typeof user>;
export type Capabilities = z.infer<typeof capabilities>;
export type Rlimit = z.infer<typeof rlimit>;
export type Linux = z.infer<typeof linux>;
export type Namespace = z.infer<typeof namespace>;
export type IdMapping = z.infer<typeof idMapping>;
export type Device = z.infer<typeof device>;
export type Resources = z.infer<typeof resources>;
export type DeviceRule = z.infer<typeof deviceRule>;
/** What hooks read on stdin and `state` prints. */
export type State = z.infer<typeof state>;
export type Features = z.infer<typeof features>;
