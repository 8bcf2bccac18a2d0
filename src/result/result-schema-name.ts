/** The value of `schema` in every file of this version. A reader takes any file of the same number, whatever was added to it. */
export const resultSchemaName = "floodgate.result/1";
