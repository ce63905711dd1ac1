/** The name of a class, or its number where it has none. */
export const classLabel = (names: readonly string[], classIndex: number): string =>
  names[classIndex] ?? `class ${classIndex}`;
