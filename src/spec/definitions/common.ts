import { z } from "zod";

/** An integer type of the specification. Bounds beyond 2^53 are those that a JSON number can still express. */
function integer(least: number, most: number): z.ZodNumber {
  return z.number().min(least).max(most).multipleOf(1);
}

export const uint16 = integer(0, 65535);
export const uint32 = integer(0, 4294967295);
export const int32 = integer(-2147483648, 2147483647);
export const int64 = integer(-(2 ** 63), 2 ** 63);
export const uint64 = integer(0, 2 ** 64);

/**
 * An object of the specification. The schemas allow further properties, since runtimes ignore those that they do not
 * know (SPEC(config#extensibility)); the types have only the known ones, so that a misspelt name does not compile.
 */
export const object = z.object;

/** A map with free keys. */
export function map<T extends z.ZodType>(value: T): z.ZodRecord<z.ZodString, T> {
  return z.record(z.string(), value);
}

/** A list of any texts. */
export const texts = z.array(z.string());

export const annotations = map(z.string()).meta({
  title: "annotations",
  description: "Free metadata by name, handed on to hooks and to the output of state.",
});

export const idMapping = object({
  containerID: uint32.meta({ description: "First id inside the user namespace." }),
  hostID: uint32.meta({ description: "First id outside that it stands for." }),
  size: uint32.meta({ description: "How many ids in a row are mapped." }),
}).meta({ id: "idMapping", title: "id mapping", description: "A range of ids and what they are outside." });
