import { z } from "zod";

/** Integer types of the specification. */
export const uint8 = z.int().min(0).max(255);
export const uint16 = z.int().min(0).max(65535);
export const uint32 = z.int().min(0).max(4294967295);
export const int32 = z.int().min(-2147483648).max(2147483647);
/** 64-bit numbers beyond 2^53 lose their last digits in JSON; the bounds are those of the type. */
export const int64 = z
  .number()
  .min(-(2 ** 63))
  .max(2 ** 63)
  .multipleOf(1);
export const uint64 = z
  .number()
  .min(0)
  .max(2 ** 64)
  .multipleOf(1);

/** Objects take properties that nobody knows: the specification wants them ignored. */
export const object = z.looseObject;

export const annotations = z.record(z.string(), z.string()).meta({
  title: "annotations",
  description: "Free metadata of the container, by name.",
});

export const idMapping = object({
  containerID: uint32.meta({ description: "First id inside the user namespace." }),
  hostID: uint32.meta({ description: "First id outside that it stands for." }),
  size: uint32.meta({ description: "How many ids in a row are mapped." }),
}).meta({ title: "id mapping" });
