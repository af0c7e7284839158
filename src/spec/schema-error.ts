/** One thing that does not fit the schema, as the generated validators report it. */
export interface SchemaError {
  /** JSON pointer of the value. */
  instancePath: string;
  /** The rule of the schema that it breaks, such as "type" or "required". */
  keyword: string;
  params: { type?: string; missingProperty?: string; limit?: number };
}
