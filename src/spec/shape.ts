/** What a place of a document may hold, as far as names go; made from the schema by scripts/gen-validators.ts. */
export interface Shape {
  /** An object's known keys; null = nothing to know about the value. */
  keys?: Readonly<Record<string, Shape | null>> | undefined;
  /** Each element of an array, or each value of a map with free keys. */
  each?: Shape | undefined;
  /** The words that a string may be. */
  words?: readonly string[] | undefined;
}

/** The shape of the known key `key`; undefined when the key is not known. */
export function shapeOfKey(shape: Shape, key: string): Shape | null | undefined {
  const keys = shape.keys ?? {};
  return Object.hasOwn(keys, key) ? keys[key] : undefined;
}

/** The shape at a path of keys and indexes; undefined where nothing is known. */
export function shapeAt(shape: Shape, path: readonly string[]): Shape | undefined {
  let at: Shape | undefined = shape;
  for (const part of path) {
    if (at === undefined) return undefined;
    at = at.each ?? shapeOfKey(at, part) ?? undefined;
  }
  return at;
}
