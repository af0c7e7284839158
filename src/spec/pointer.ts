/** JSON pointers (RFC 6901) and how fields are named to people. */

/** The JSON pointer of a path of keys and indexes. */
export function pointerOf(path: readonly string[]): string {
  return path.map((part) => `/${part.replace(/~/g, "~0").replace(/\//g, "~1")}`).join("");
}

/** The path of a JSON pointer. */
export function pathOf(pointer: string): string[] {
  const parts = pointer.split("/").slice(1);
  return parts.map((part) => part.replace(/~1/g, "/").replace(/~0/g, "~"));
}

/** How a person writes the field: process.rlimits[0].type, linux.sysctl["net.ipv4.ip_forward"]. */
export function fieldOf(pointer: string): string {
  const parts = pathOf(pointer).map((part) => {
    if (/^[0-9]+$/.test(part)) return `[${part}]`;
    return /^[A-Za-z_][A-Za-z0-9_]*$/.test(part) ? `.${part}` : `[${JSON.stringify(part)}]`;
  });
  const field = parts.join("");
  if (field === "") return "the document";
  return field.startsWith(".") ? field.slice(1) : field;
}
